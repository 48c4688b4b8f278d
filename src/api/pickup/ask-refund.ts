import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { askRefund as route } from '../../contract/buyer/pickup';
import type { BodyOf } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { requestVoid } from '../../second-interface/after-sale/void-requests';
import type { Mount } from '../edge/mount';
import { rawBody } from '../edge/raw-body';
import { enterByLink, isGiftLink } from './find-by-link';
import { formOf, jsonWithoutForm } from './form';
import { requirePin } from './order-pin';
import { mayAskRefund, type PageDeps } from './page-model';
import { setPrivateHeaders } from './private-headers';
import { requireSameOrigin } from './same-origin';
import { showRefusal } from './show-refusal';

/** Of one order and UTC day: each is a call to its issuer. */
const requestsPerDayMax = 10;
const byButton = 'asked for on the pick-up page';

/** `POST /p/{secret}/refund`: the buyer wants money back, where the issuer lets its buyers ask. */
export const mountAskRefund = (mount: Mount, pages: PageDeps & { readonly publicUrl: string }): void => {
  const { orderDeps: deps, issuers, dayCounts, shownLimit, publicUrl, basePath } = pages;
  const askRefund: RequestHandler<{ secret: string }> = async (request, response) => {
    setPrivateHeaders(response);
    const { secret } = request.params;
    requireSameOrigin(request as unknown as Request, publicUrl);
    const row = await enterByLink(pages, secret);
    const issuer = await issuers.findEver(row.issuerId);
    if (isGiftLink(row, secret) || !issuer?.buyerRefunds) throw new Failure('path_unknown');
    const { pin, reason = byButton } = asked(request as unknown as Request);
    const isPage = request.accepts(['json', 'html']) === 'html';
    try {
      await requirePin(pages, row, pin);
      if (mayAskRefund(row, issuer, deps.nowMs())) {
        await dayCounts.require({
          ...{ name: `refund/${row._id}`, n: 1, at: new Date(deps.nowMs()), limit: requestsPerDayMax },
          detail: `A buyer asks ${requestsPerDayMax} times a day`,
        });
      }
      // It is compared with the order's codes, which are opened for it.
      if (reason !== byButton) await shownLimit.take(row);
      const after = await requestVoid(deps, row, `requestVoid/${randomUUID()}`, { by: 'buyer', reason });
      if (!isPage) {
        response.json({ state: after.facts.voidRequest?.state });
        return;
      }
    } catch (error) {
      // The page says how things are; only what its reader can do nothing about is an error.
      if (!isPage || !(error instanceof Failure) || error.status >= 500) throw error;
      if (error.code.startsWith('pin_')) {
        await showRefusal(pages, request as unknown as Request, response, row, error);
        return;
      }
    }
    response.redirect(303, `${basePath}/p/${secret}`);
  };
  mount.bare(route, rawBody(route.limitBytes), askRefund as unknown as RequestHandler);
};

const asked = (request: Request): BodyOf<typeof route> => {
  const form = formOf(request);
  return form ? { pin: form.get('pin') ?? undefined } : jsonWithoutForm(request, route.body);
};
