import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { reportCode as route } from '../../contract/buyer/pickup';
import { parseWith } from '../../contract/problem';
import type { BodyOf } from '../../contract/route';
import { reportsPerDayMax } from '../../domain/code-reports';
import { Failure } from '../../domain/failures';
import { openOrder } from '../../sealing/order-row';
import { markTaken } from '../../second-interface/codes-in-place';
import { saidText } from '../../second-interface/said-text';
import type { Mount } from '../edge/mount';
import { rawBody } from '../edge/raw-body';
import { enterByLink, isGiven } from './find-by-link';
import { formOf, jsonWithoutForm } from './form';
import type { PageDeps } from './page-model';
import { setPrivateHeaders } from './private-headers';
import { holdsCodes } from './reveal';
import { requireReveal } from './reveal-cookie';
import { requireSameOrigin } from './same-origin';

/** `POST /p/{secret}/report`: whoever was shown the codes says that one does not work; people of both sides read it. */
export const mountReportCode = (mount: Mount, pages: PageDeps & { readonly publicUrl: string }): void => {
  const { orderDeps: deps, publicUrl, basePath, dayCounts, shownLimit } = pages;
  const report = async (request: Request<{ secret: string }>): Promise<void> => {
    const row = await enterByLink(pages, request.params.secret);
    if (!holdsCodes(row)) throw new Failure('not_issued');
    if (isGiven(row, request.params.secret)) throw new Failure('reveal_first');
    requireReveal(request as unknown as Request, { key: openOrder(deps.ring, row).reveal, nowMs: deps.nowMs() });
    const { itemId, reason, text } = asked(request as unknown as Request);
    await shownLimit.take(row);
    await markTaken(deps, row);
    if ((await deps.codes.references(row, [itemId])).length === 0) throw new Failure('item_unknown');
    await dayCounts.require({
      ...{ name: `report/${row._id}`, n: 1, at: new Date(deps.nowMs()), limit: reportsPerDayMax },
      detail: `A buyer reports ${reportsPerDayMax} times a day`,
    });
    await deps.orders.noteReported(row, {
      key: `code_reported.${randomUUID()}`,
      atMs: deps.nowMs(),
      event: 'code_reported',
      detail: { itemId, reason, ...(text ? { text: await saidText(deps, row, text, [itemId]) } : {}) },
    });
  };
  const handler: RequestHandler<{ secret: string }> = async (request, response) => {
    setPrivateHeaders(response);
    requireSameOrigin(request as unknown as Request, publicUrl);
    const isPage = request.accepts(['json', 'html']) === 'html';
    try {
      await report(request);
      if (!isPage) {
        response.status(201).json({ reported: true });
        return;
      }
    } catch (error) {
      // The page says how things are: whose cookie has ended is asked to look at the codes again.
      const isToldByPage =
        error instanceof Failure && ['reveal_first', 'not_issued', 'rate_limited'].includes(error.code);
      if (!isPage || !isToldByPage) throw error;
    }
    response.redirect(303, `${basePath}/p/${request.params.secret}`);
  };
  mount.bare(route, rawBody(route.limitBytes), handler as unknown as RequestHandler);
};

const asked = (request: Request): BodyOf<typeof route> => {
  const form = formOf(request);
  if (!form) return jsonWithoutForm(request, route.body);
  const [itemId, reason, text = ''] = ['itemId', 'reason', 'text'].map((name) => form.get(name) ?? undefined);
  return parseWith(route.body, { itemId, reason, ...(text.trim() === '' ? {} : { text: text.trim() }) });
};
