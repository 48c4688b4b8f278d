import { setImmediate as otherWork } from 'node:timers/promises';
import type { RequestHandler, Response } from 'express';
import { openCodes } from '../../channels/open-codes';
import { pageAssets } from '../../channels/page/assets';
import { codePicture } from '../../channels/page/barcode';
import type { PickupCode } from '../../channels/page/code-list';
import type { PickupModel } from '../../channels/page/pickup-model';
import { pickupStateData, renderPickupPage } from '../../channels/page/view';
import { hasPage } from '../../channels/terminals';
import type { Code } from '../../contract/issuer';
import { Failure } from '../../domain/failures';
import { isFinal, outstanding } from '../../domain/order';
import { pickupLifetimeMs } from '../../domain/timings';
import { sha256 } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import { orderBody } from '../../second-interface/order-body';
import { type OrderRow, viewVersion } from '../../store/orders';
import type { Mount } from '../edge/mount';
import type { OrderWatch } from './order-watch';

export interface Pickup {
  readonly orderDeps: OrderDeps;
  readonly watch: OrderWatch;
}

const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A stream ends by itself after this long; the browser comes back. */
const streamLimitMs = 10 * 60_000;
const heartbeatMs = 20_000;
/** Drawing one takes 2 to 250 ms: a page of many codes shows the rest as text, which can be copied all the same. */
const picturesLimit = 50;

/** The buyer's page: shows the wait live, then the codes. The secret in the link is the credential. */
export const mountPickup = (mount: Mount, deps: Pickup): void => {
  const { watch } = deps;
  const secure = (response: Response): void => {
    response.setHeader('content-security-policy', csp);
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('x-robots-tag', 'noindex, nofollow');
    response.setHeader('cache-control', 'no-store');
  };

  const page: RequestHandler<{ secret: string }> = async (request, response) => {
    secure(response);
    const row = await findByLink(deps, request.params.secret);
    response.type('html').send(renderPickupPage(await modelOf(deps, row, request.params.secret)));
  };

  const stream: RequestHandler<{ secret: string }> = async (request, response) => {
    secure(response);
    const { secret } = request.params;
    const first = await findByLink(deps, secret);
    const leave = watch.enter(first._id);
    response.status(200).setHeader('content-type', 'text/event-stream');
    response.setHeader('x-accel-buffering', 'no');
    response.write('retry: 2000\n\n');

    const ended = new AbortController();
    response.on('close', () => ended.abort());
    const limit = setTimeout(() => ended.abort(), streamLimitMs);
    const heartbeat = setInterval(() => response.write('event: ping\ndata: {}\n\n'), heartbeatMs);
    try {
      let shown = '';
      let row: OrderRow | null = first;
      while (row && !ended.signal.aborted) {
        if (viewVersion(row) !== shown) {
          shown = viewVersion(row);
          response.write(`event: state\ndata: ${pickupStateData(await modelOf(deps, row, secret))}\n\n`);
        }
        if (isFinal(row.facts.state)) break;
        await watch.changed(row._id, shown, ended.signal);
        // The link may have ended meanwhile; on any trouble the browser comes back and is told.
        row = ended.signal.aborted ? null : await findByLink(deps, secret).catch(() => null);
      }
    } finally {
      clearTimeout(limit);
      clearInterval(heartbeat);
      leave();
      response.end();
    }
  };

  mount.plain('get', '/p/:secret', page as unknown as RequestHandler);
  mount.plain('get', '/p/:secret/events', stream as unknown as RequestHandler);
  for (const { path, mediaType, body } of pageAssets) {
    mount.plain('get', path, (_request, response) => {
      response.setHeader('content-type', mediaType);
      response.setHeader('cache-control', 'public, max-age=31536000, immutable');
      response.send(body);
    });
  }
};

/** @throws Failure `path_unknown`: a link that never was, has ended, or whose codes go elsewhere now. */
const findByLink = async ({ orderDeps }: Pickup, secret: string): Promise<OrderRow> => {
  const row = await orderDeps.orders.findByPickup(sha256(secret));
  if (row?.purgedAt) throw new Failure('path_unknown', { detail: 'The order and its codes are no longer kept' });
  const isOver = row?.deliveredAt !== undefined && row.deliveredAt.getTime() + pickupLifetimeMs < orderDeps.nowMs();
  if (!row || isOver || row.voidedAt || !hasPage(row.terminal)) throw new Failure('path_unknown');
  return row;
};

const modelOf = async ({ orderDeps }: Pickup, row: OrderRow, secret: string): Promise<PickupModel> => {
  const { facts } = row;
  const body = orderBody(row, await orderDeps.holdsOf(row.issuerId), orderDeps.nowMs());
  const codes =
    facts.state === 'delivered' ? openCodes(orderDeps.ring, row, await orderDeps.codes.accepted(row)) : undefined;
  return {
    orderNo: row.orderNo,
    productName: row.product.name,
    quantity: row.quantity,
    state: facts.state,
    outstanding: outstanding(facts),
    verifyBy: String(body.verifyBy),
    ...(body.issueBy !== undefined ? { issueBy: String(body.issueBy) } : {}),
    closedReason: facts.closedReason,
    ...(facts.refundDueValue ? { refundDue: { value: facts.refundDueValue, currency: row.amount.currency } } : {}),
    ...(codes ? { codes: await withPictures(codes) } : {}),
    eventsUrl: `/p/${secret}/events`,
  };
};

/** Lets other requests in between two drawings. */
const withPictures = async (codes: readonly Code[]): Promise<PickupCode[]> => {
  const drawn: PickupCode[] = [];
  for (const code of codes) {
    const pictureSvg = drawn.length < picturesLimit ? codePicture(code.format, code.value) : undefined;
    drawn.push({ ...code, pictureSvg });
    if (pictureSvg !== undefined) await otherWork();
  }
  return drawn;
};
