import { z } from 'zod';
import { orderStates } from '../../domain/order';
import { integer, moment, text } from '../fields';
import { cursor, limit, mode } from '../query';
import { declareRoute } from '../route';
import { operatorOrderPage } from './orders';

const base = '/v1/operator/orders';

/** Lists page by creation; the same filters for the list, its file and a search whose text is to stand in no address. */
const filters = {
  issuerId: z.string().min(1).max(64).optional(),
  state: z.enum(orderStates).optional(),
  productId: z.string().min(1).max(64).optional(),
  q: z.string().min(1).max(64).optional().meta({
    description: 'The beginning of an order number in any case, or a whole payment id, payer or product id',
  }),
  mode,
  from: moment.optional(),
  to: moment.optional(),
};

export const listAllOrders = declareRoute({
  method: 'get',
  path: base,
  name: 'listAllOrders',
  who: 'viewer',
  summary: 'Orders of all issuers, newest first',
  query: z.strictObject({ ...filters, limit, cursor: cursor.optional() }),
  answers: { 200: { says: 'A page of orders', body: operatorOrderPage } },
  problems: [],
});

export const exportOrders = declareRoute({
  method: 'get',
  path: `${base}.csv`,
  name: 'exportOrders',
  who: 'viewer',
  summary: 'The same as a file: the columns of a statement after the issuer, up to 100,000 lines',
  query: z.strictObject(filters),
  answers: { 200: { says: 'CSV by RFC 4180, newest first', mediaType: 'text/csv' } },
  problems: ['rate_limited'],
});

export const findOrdersByCode = declareRoute({
  method: 'post',
  path: `${base}/search`,
  name: 'findOrdersByCode',
  who: 'viewer',
  summary:
    'The orders that have, or had, a code with this very value, or this pick-up link, audited; or those of a list',
  body: z
    .strictObject({
      code: text(1, 4_096).optional(),
      link: text(1, 512).optional().meta({ description: 'Of a pick-up page, also one that has ended' }),
      ...filters,
      limit: integer(1, 100).optional(),
      cursor: cursor.optional(),
    })
    .refine(({ code, link, q }) => [code, link, q].filter((one) => one !== undefined).length === 1, {
      error: 'needs one of code, link, q',
    })
    .superRefine(({ q, code, link: _link, issuerId: _issuerId, mode, ...others }, { addIssue }) => {
      const ofList = code === undefined && mode !== undefined ? { ...others, mode } : others;
      const [other] = q === undefined ? Object.keys(ofList) : [];
      if (other) addIssue({ code: 'custom', path: [other], message: 'goes with q alone' });
    })
    .meta({ examples: [{ code: 'CARD-1234-5678' }, { q: 'A-1' }] }),
  answers: { 200: { says: 'By code or link at most one of each issuer', body: operatorOrderPage } },
  problems: [],
});
