import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { networkOf } from '../../bounded/per-minute';
import { createSlots } from '../../bounded/slots';
import { sendLinkDocument } from '../../channels/page/send-link-page';
import * as routes from '../../contract/buyer/send-link';
import { parseWith } from '../../contract/problem';
import type { BodyOf } from '../../contract/route';
import { modes } from '../../domain/ids';
import { redeliveriesPerDay } from '../../domain/timings';
import { redeliverCodes } from '../../second-interface/after-sale/redeliver-codes';
import { isAsWritten, isUntouched } from '../../second-interface/untouched-order';
import type { AskedAddress, OrderRow } from '../../store/orders';
import { createLimitPerMinute } from '../edge/limit-per-minute';
import type { Mount } from '../edge/mount';
import { rawBody } from '../edge/raw-body';
import { askedAddress } from './asked-address';
import { formOf, jsonWithoutForm } from './form';
import { asksPin } from './order-pin';
import { wordsFor } from './page-language';
import type { PageDeps } from './page-model';
import { setPrivateHeaders } from './private-headers';
import { requireSameOrigin } from './same-origin';

const perNetworkAndMinute = 5;
/** More are dropped: whoever asks is told the same. */
const sentAtOnceMax = 10;
/** In each mode: so many issuers gave one buyer the same number. */
const ordersMax = 20;
/** Each brings tries at the PIN to whoever reads the messages, but has no PIN. */
const linksWithPinPerDay = 1;

/** `POST /p/lost`: who knows an order's number and the address that it went to gets a new link there, and hears nothing else. */
export const mountSendLink = (mount: Mount, pages: PageDeps & { readonly publicUrl: string }): void => {
  const { orderDeps: deps, publicUrl, basePath } = pages;
  const askedFrom = createLimitPerMinute(perNetworkAndMinute, deps.nowMs);
  const slots = createSlots(sentAtOnceMax);

  const form: RequestHandler = (request, response) => {
    setPrivateHeaders(response);
    response.type('html').send(sendLinkDocument(wordsFor(request), basePath, 'asks'));
  };

  const send: RequestHandler = (request, response) => {
    setPrivateHeaders(response);
    requireSameOrigin(request as unknown as Request, publicUrl);
    const network = networkOf(request.ip ?? '');
    askedFrom(network);
    const asked = askedIn(request);
    // Nobody waits for it: how long it takes would say whether there is such an order.
    if (slots.take(network) === 'taken') {
      sendTo(pages, asked)
        .catch(() => undefined)
        .finally(() => slots.giveBack(network));
    }
    response.status(202);
    if (request.accepts(['json', 'html']) === 'html')
      response.type('html').send(sendLinkDocument(wordsFor(request), basePath, 'told'));
    else response.json({ sentIfKnown: true });
  };

  mount.bare(routes.lostLinkForm, form);
  mount.bare(routes.sendLostLink, rawBody(routes.sendLostLink.limitBytes), send);
};

const sendTo = async (
  { orderDeps: deps, dayCounts }: PageDeps,
  { orderNo, address }: BodyOf<typeof routes.sendLostLink>,
): Promise<void> => {
  const asked = askedAddress(address);
  const isOwn = isAsWritten.bind(undefined, deps.ring);
  const found = await Promise.all(modes.map((mode) => deps.orders.sentTo(orderNo, asked, mode, ordersMax, isOwn)));
  for (const seen of found.flat()) {
    if (seen.facts.state !== 'delivered') continue;
    const row = await deps.orders.find(seen);
    if (!row || !goesTo(row, asked) || !(await isUntouched(deps, row))) continue;
    const limit = asksPin(deps, row) ? linksWithPinPerDay : redeliveriesPerDay;
    const share = { name: `lost/${row._id}`, n: 1, at: new Date(deps.nowMs()), limit };
    if (!(await dayCounts.take(share))) continue;
    await redeliverCodes(deps, row, `lost/${randomUUID()}`, { by: 'operator', isRightToken: true, newLink: true });
  }
};

const goesTo = ({ terminal }: Pick<OrderRow, 'terminal'>, { field, is }: AskedAddress): boolean => {
  const kept = (terminal as { readonly [name in AskedAddress['field']]?: unknown })[field];
  return typeof kept === 'string' && is.test(kept);
};

const askedIn = (request: Request): BodyOf<typeof routes.sendLostLink> => {
  const form = formOf(request);
  if (!form) return jsonWithoutForm(request, routes.sendLostLink.body);
  const [orderNo, address] = ['orderNo', 'address'].map((name) => form.get(name)?.trim());
  return parseWith(routes.sendLostLink.body, { orderNo, address });
};
