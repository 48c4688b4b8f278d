import type { Request, RequestHandler } from 'express';
import { renderPickupPage } from '../../channels/page/view';
import { giveAway as route } from '../../contract/buyer/pickup';
import { parseWith } from '../../contract/problem';
import type { BodyOf } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { goodCount } from '../../domain/items';
import { isClosed } from '../../domain/order';
import { openOrder } from '../../sealing/order-row';
import type { OrderDeps } from '../../second-interface/ask-order';
import { wasOpened } from '../../store/opened-at';
import type { OrderRow } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { rawBody } from '../edge/raw-body';
import { enterByLink, findByLink, isGiftLink } from './find-by-link';
import { formOf, jsonWithoutForm } from './form';
import { giftPlace } from './gift';
import { asksPin, requirePin } from './order-pin';
import { wordsFor } from './page-language';
import { documentModel, type PageDeps } from './page-model';
import { setPrivateHeaders } from './private-headers';
import { requireSameOrigin } from './same-origin';
import { showRefusal } from './show-refusal';

const roundsMax = 5;

/** `POST /p/{secret}/gift`: the buyer makes a link for somebody else, as long as nobody has seen the codes, with the PIN where there is one. */
export const mountGiveAway = (mount: Mount, pages: PageDeps & { readonly publicUrl: string }): void => {
  const { orderDeps: deps, publicUrl, basePath } = pages;
  const giveAway: RequestHandler<{ secret: string }> = async (request, response) => {
    setPrivateHeaders(response);
    const { secret } = request.params;
    requireSameOrigin(request as unknown as Request, publicUrl);
    const reader = request as unknown as Request;
    const row = await enterByLink(pages, secret);
    if (isGiftLink(row, secret)) throw new Failure('path_unknown');
    const { message = '', pin } = asked(reader);
    const isPage = request.accepts(['json', 'html']) === 'html';
    try {
      await requirePin(pages, row, pin);
      const url = `${publicUrl}/p/${await newGift(deps, row, secret, message)}`;
      if (!isPage) {
        response.status(201).json({ url });
        return;
      }
      if (asksPin(deps, row)) {
        // It asks for no PIN: it stands in this answer alone, where the PIN came.
        const model = await documentModel(pages, await findByLink(deps, secret), secret, reader);
        const gift = { kind: 'given', isOpened: false, url } as const;
        response
          .status(201)
          .type('html')
          .send(renderPickupPage({ ...model, gift }, wordsFor(reader)));
        return;
      }
    } catch (error) {
      if (isPage && error instanceof Failure && error.code.startsWith('pin_')) {
        await showRefusal(pages, reader, response, row, error);
        return;
      }
      // The page says how things are; only what its reader can do nothing about is an error.
      if (!isPage || !(error instanceof Failure) || error.status !== 409) throw error;
    }
    response.redirect(303, `${basePath}/p/${secret}`);
  };
  mount.bare(route, rawBody(route.limitBytes), giveAway as unknown as RequestHandler);
};

/** @throws Failure `path_unknown` for a link that has ended meanwhile, `order_closed`, `code_void`, `already_opened`. */
const newGift = async (deps: OrderDeps, first: OrderRow, secret: string, message: string): Promise<string> => {
  for (let round = 0; round < roundsMax; round += 1) {
    const row = round === 0 ? first : await findByLink(deps, secret);
    if (isGiftLink(row, secret)) throw new Failure('path_unknown');
    expectGivable(row);
    const n = (row.gift?.n ?? 0) + 1;
    const keys = openOrder(deps.ring, row);
    const link = keys.gift(n, row.pickupLink);
    const ofLink = row.pickupLink === undefined ? {} : { link: row.pickupLink };
    const sealed =
      message === '' ? {} : { message: keys.terminal.seal(Buffer.from(message), giftPlace(row)).toString('base64') };
    if (await deps.orders.giveAway(row, { n, hash: link.hash, ...ofLink, ...sealed })) return link.secret;
  }
  throw new Failure('in_progress', { retryAfterSeconds: 1 });
};

const expectGivable = (row: OrderRow): void => {
  if (wasOpened(row)) throw new Failure('already_opened');
  if (isClosed(row.facts.state)) throw new Failure('order_closed');
  if (row.facts.state === 'delivered' && goodCount(row.facts) === 0) throw new Failure('code_void');
};

const asked = (request: Request): BodyOf<typeof route> => {
  const form = formOf(request);
  if (!form) return jsonWithoutForm(request, route.body);
  const pin = form.get('pin');
  return parseWith(route.body, { message: form.get('message') ?? '', ...(pin === null ? {} : { pin }) });
};
