import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { openCodes } from '../../channels/open-codes';
import { renderPickupPage } from '../../channels/page/view';
import { revealCodes } from '../../contract/buyer/pickup';
import type { GivenBody } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { hasExpired, isGood, itemOf, itemState, usesLeft } from '../../domain/items';
import { SealBroken } from '../../sealing/key-ring';
import { openOrder } from '../../sealing/order-row';
import type { OrderDeps } from '../../second-interface/ask-order';
import { changeRow } from '../../second-interface/change-row';
import { acceptedCodes, codesInPlace } from '../../second-interface/codes-in-place';
import { bringAllWaiting } from '../../second-interface/waiting-messages';
import type { OrderRow } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { rawBody } from '../edge/raw-body';
import { enterByLink, findByLink, isGiftLink, isGiven } from './find-by-link';
import { formOf, jsonWithoutForm } from './form';
import { fromOneVersion } from './from-one-version';
import { requirePin } from './order-pin';
import { wordsFor } from './page-language';
import { documentModel, type PageDeps, shownCodes } from './page-model';
import { setPrivateHeaders } from './private-headers';
import { setRevealCookie } from './reveal-cookie';
import { requireSameOrigin } from './same-origin';
import { showRefusal } from './show-refusal';

/** `POST /p/{secret}/reveal`: the only answer that holds the codes, asked for by a click, by a form or by a program. */
export const mountReveal = (mount: Mount, pages: PageDeps & { readonly publicUrl: string }): void => {
  const { orderDeps: deps, publicUrl } = pages;
  const reveal: RequestHandler<{ secret: string }> = async (request, response) => {
    setPrivateHeaders(response);
    const { secret } = request.params;
    requireSameOrigin(request as unknown as Request, publicUrl);
    const row = await enterByLink(pages, secret);
    const reader = request as unknown as Request;
    const isPage = request.accepts(['json', 'html']) === 'html';
    if (isPage && (!holdsCodes(row) || isGiven(row, secret))) {
      response
        .status(holdsCodes(row) ? 200 : 409)
        .type('html')
        .send(renderPickupPage(await documentModel(pages, row, secret, reader), wordsFor(request)));
      return;
    }
    if (!holdsCodes(row)) throw new Failure('not_issued');
    if (isGiven(row, secret)) {
      await pages.shownLimit.takeGiven(row);
      response.json({ given: true, items: itemsOf(deps, row, await acceptedCodes(deps, row)).map(withoutValue) });
      return;
    }
    try {
      // Who gave it had the PIN.
      if (!isGiftLink(row, secret)) await requirePin(pages, row, pinIn(reader));
      await pages.shownLimit.take(row);
    } catch (error) {
      if (!isPage || !(error instanceof Failure)) throw error;
      await showRefusal(pages, reader, response, row, error);
      return;
    }
    // Told once; a reveal shows the codes whether or not it can be told now.
    if (row.facts.delivery.state !== 'opened') await changeRow(deps, row, opened).catch(() => undefined);
    const nowMs = deps.nowMs();
    const line = { key: `opened.${randomUUID()}`, atMs: nowMs, event: 'opened' as const, detail: {} };
    const shown = await fromOneVersion(
      () => findByLink(deps, secret),
      async (newest) => {
        // Given away in this moment: the page says so when it is asked again.
        if (isGiven(newest, secret)) throw new Failure('in_progress', { retryAfterSeconds: 1 });
        if (!isPage) return { items: itemsOf(deps, newest, await acceptedCodes(deps, newest)) };
        // The page says that a code cannot be shown; with none it would be empty.
        const { codes: sealed, lacksSome } = await codesInPlace(deps, newest);
        if (lacksSome && sealed.length === 0) throw new SealBroken('codes of the order are gone');
        const codes = await shownCodes(pages.drawings, newest, openCodes(deps.ring, newest, sealed), nowMs);
        return renderPickupPage({ ...(await documentModel(pages, newest, secret, reader)), codes }, wordsFor(request));
      },
      async (newest) => !(await bringAllWaiting(deps, newest)) && (await deps.orders.recordReveal(newest, line)),
    );
    setRevealCookie(response, { key: openOrder(deps.ring, row).reveal, secret, publicUrl, nowMs });
    if (typeof shown === 'string') response.type('html').send(shown);
    else response.json(shown);
  };

  mount.bare(revealCodes, rawBody(revealCodes.limitBytes), reveal as unknown as RequestHandler);
};

/** A form's or a program's; an empty body has none. */
const pinIn = (request: Request): string | undefined => {
  const form = formOf(request);
  return form ? (form.get('pin') ?? undefined) : jsonWithoutForm(request, revealCodes.body).pin;
};
type Item = GivenBody<typeof revealCodes>['items'][number];

const withoutValue = ({ value: _value, secret: _secret, ...item }: Item): Item => item;

const opened = async () => ({ message: { kind: 'opened' as const }, itemIds: [] });

export const holdsCodes = ({ facts }: OrderRow): boolean => facts.state === 'delivered';

/** One that is void or replaced says so, and has neither value nor secret. */
const itemsOf = (
  deps: OrderDeps,
  row: OrderRow,
  sealed: readonly { readonly itemId: string; readonly sealed: Uint8Array }[],
): GivenBody<typeof revealCodes>['items'] =>
  openCodes(deps.ring, row, sealed).map(({ itemId, value, secret, format }) => {
    const item = itemOf(row.facts, itemId);
    return {
      itemId,
      state: itemState(row.facts, item),
      ...(isGood(item) ? { value, ...(secret !== undefined ? { secret } : {}) } : {}),
      format,
      usesLeft: usesLeft(item),
      ...(item.startsAtMs !== undefined ? { startsAt: new Date(item.startsAtMs).toISOString() } : {}),
      ...(item.expiresAtMs !== undefined ? { expiresAt: new Date(item.expiresAtMs).toISOString() } : {}),
      expired: hasExpired(item, deps.nowMs()),
      ...(item.replacedBy !== undefined ? { replacedBy: item.replacedBy } : {}),
    };
  });
