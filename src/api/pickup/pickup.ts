import type { Request, RequestHandler } from 'express';
import { networkOf } from '../../bounded/per-minute';
import { type PageAsset, pageScript, pageStyle } from '../../channels/page/assets';
import { brandStyle } from '../../channels/page/brand-style';
import { pickupStateData, renderPickupPage } from '../../channels/page/view';
import * as routes from '../../contract/buyer/pickup';
import type { Route } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { goodCount } from '../../domain/items';
import { isFinal } from '../../domain/order';
import { type OrderRow, viewVersion } from '../../store/orders';
import type { Mount } from '../edge/mount';
import { onceClosed } from '../edge/once-closed';
import { mountAskRefund } from './ask-refund';
import { mountDownloads } from './downloads';
import { enterByLink } from './find-by-link';
import { mountGiveAway } from './give-away';
import type { OrderWatch } from './order-watch';
import { wordsFor } from './page-language';
import { documentModel, type PageDeps, pageModel } from './page-model';
import { setPrivateHeaders } from './private-headers';
import { mountReportCode } from './report-code';
import { mountReveal } from './reveal';
import { mountSendLink } from './send-link';

export interface Pickup extends PageDeps {
  readonly watch: OrderWatch;
  readonly publicUrl: string;
}

/** A stream ends by itself after this long; the browser comes back. */
const streamLimitMs = 10 * 60_000;
const heartbeatMs = 20_000;

/** The buyer's page: shows the wait live; the codes come in the answer to a reveal alone. The secret in the link is the credential. */
export const mountPickup = (mount: Mount, pickup: Pickup): void => {
  const { watch } = pickup;
  const page: RequestHandler<{ secret: string }> = async (request, response) => {
    setPrivateHeaders(response);
    const row = await enterByLink(pickup, request.params.secret);
    response
      .type('html')
      .send(
        renderPickupPage(
          await documentModel(pickup, row, request.params.secret, request as unknown as Request),
          wordsFor(request),
        ),
      );
  };

  const stream: RequestHandler<{ secret: string }> = async (request, response) => {
    setPrivateHeaders(response);
    const { secret } = request.params;
    // Our own page stays to see a code become void; whoever else reads ends with the order.
    const staysOpen = request.query.stay === 'on';
    const first = await enterByLink(pickup, secret);
    response.status(200).setHeader('content-type', 'text/event-stream');
    response.setHeader('x-accel-buffering', 'no');
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const leave = watch.enter(first._id, networkOf(request.ip ?? ''));
    response.write('retry: 2000\n\n');

    const ended = new AbortController();
    onceClosed(response, () => ended.abort());
    const limit = setTimeout(() => ended.abort(), streamLimitMs);
    const heartbeat = setInterval(() => response.write('event: ping\ndata: {}\n\n'), heartbeatMs);
    try {
      let shown = '';
      let row: OrderRow | null = first;
      while (row && !ended.signal.aborted) {
        if (viewVersion(row) !== shown) {
          shown = viewVersion(row);
          response.write(
            `event: state\ndata: ${pickupStateData(await pageModel(pickup, row, secret, request as unknown as Request), wordsFor(request))}\n\n`,
          );
        }
        const canChange = staysOpen && row.facts.state === 'delivered' && goodCount(row.facts) > 0;
        if (isFinal(row.facts.state) && !canChange) break;
        await watch.changed(row._id, shown, ended.signal);
        // The link may have ended meanwhile; on any trouble the browser comes back and is told.
        row = ended.signal.aborted ? null : await enterByLink(pickup, secret).catch(() => null);
      }
    } finally {
      clearTimeout(limit);
      clearInterval(heartbeat);
      leave();
      response.end();
    }
  };

  // Before the page, whose secret is any word.
  mountSendLink(mount, pickup);
  mount.bare(routes.readPickupPage, page as unknown as RequestHandler);
  mount.bare(routes.watchPickup, stream as unknown as RequestHandler);
  mountReveal(mount, pickup);
  mountAskRefund(mount, pickup);
  mountGiveAway(mount, pickup);
  mountReportCode(mount, pickup);
  mountDownloads(mount, pickup);
  mount.bare(routes.pickupBrandStyle, (request, response) => {
    const style = brandStyle(request.query.color);
    if (style === undefined) throw new Failure('path_unknown');
    response.setHeader('cache-control', 'public, max-age=86400');
    response.type('text/css; charset=utf-8').send(style);
  });
  const file = (route: Route, { mediaType, body }: PageAsset): void =>
    mount.bare(route, (_request, response) => {
      response.setHeader('content-type', mediaType);
      response.setHeader('cache-control', 'public, max-age=31536000, immutable');
      response.send(body);
    });
  file(routes.pickupStyle, pageStyle);
  file(routes.pickupScript, pageScript);
};
