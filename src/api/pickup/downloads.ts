import type { Request, RequestHandler } from 'express';
import { openCodes } from '../../channels/open-codes';
import { codesCsv } from '../../channels/page/codes-csv';
import { Failure } from '../../domain/failures';
import { unwrapOrderKey } from '../../sealing/order-keys';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { Mount } from '../edge/mount';
import { findByLink } from './find-by-link';
import { setPrivateHeaders } from './private-headers';
import { holdsCodes } from './reveal';
import { requireReveal } from './reveal-cookie';

/** Files that hold the codes: only for a browser to which the page showed them lately. */
export const mountDownloads = (mount: Mount, { orderDeps: deps }: { readonly orderDeps: OrderDeps }): void => {
  const csv: RequestHandler<{ secret: string }> = async (request, response) => {
    setPrivateHeaders(response);
    const row = await findByLink(deps, request.params.secret);
    const { reveal: key } = unwrapOrderKey(deps.ring, row._id, row.wrappedKey);
    requireReveal(request as unknown as Request, { key, nowMs: deps.nowMs() });
    if (row.voidedAt) throw new Failure('code_void');
    if (!holdsCodes(row)) throw new Failure('not_issued');
    const codes = openCodes(deps.ring, row, await deps.codes.accepted(row));
    response.type('text/csv; charset=utf-8').attachment(`${row.orderNo}.csv`).send(codesCsv(codes));
  };

  mount.plain('get', '/p/:secret/codes.csv', csv as unknown as RequestHandler);
};
