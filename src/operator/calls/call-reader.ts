import { createReadOnce } from '../../bounded/read-once';
import { Failure } from '../../domain/failures';
import type { OrderDeps } from '../../second-interface/ask-order';
import { requireUntouched } from '../../second-interface/untouched-order';
import type { IssuerRow } from '../../store/issuers';
import { codesKept } from '../../store/orders';
import type { HealthReader } from '../platform-health';
import { callBodies } from './call-bodies';
import { callsIn, callsOf, callsSummary, findCall, type KnownCall, orderNoOfCall } from './issuer-calls';

/** Newest orders of an issuer whose timelines are looked through. */
const ordersLimit = 100;

/** The calls of one issuer, for operators and for itself: seen without their secrets. */
export const createCallReader = (orderDeps: OrderDeps, readHealth: HealthReader) => {
  /** Thousands of lines: read once for all who ask meanwhile. */
  const timelinesOf = createReadOnce((issuerId) => orderDeps.orders.timelinesOf(issuerId, ordersLimit));
  return {
    list: async (
      issuerId: string,
      { limit, failed }: { readonly limit: number; readonly failed?: string | undefined },
    ) => {
      const [rows, { circuits, throttled }] = await Promise.all([timelinesOf(issuerId), readHealth()]);
      const calls = callsIn(
        rows,
        orderDeps.rowReader.of('orders', (row: (typeof rows)[number]) => callsOf(row)),
      );
      return {
        orders: rows.length,
        summary: callsSummary(calls),
        circuits: circuits.filter(({ key }) => key === issuerId || key.startsWith(`terminal:${issuerId}:`)),
        throttled: throttled.find(({ key }) => key === issuerId)?.count ?? 0,
        data: calls.filter(({ ok }) => failed !== 'true' || !ok).slice(0, limit),
      };
    },

    /** `readCodes`: of an issuer, which pays for what is read. @throws Failure `order_unknown` (also of a purged order), `call_unknown`. */
    find: async (issuerId: string, callId: string, readCodes: (codes: number) => void = () => undefined) => {
      const orderNo = orderNoOfCall(callId);
      if (orderNo === undefined) throw new Failure('call_unknown');
      const row = await orderDeps.orders.find({ issuerId, orderNo });
      if (!row) throw new Failure('order_unknown');
      readCodes(codesKept(row) + row.timeline.length);
      await requireUntouched(orderDeps, row);
      const known = findCall(row, callId);
      if (!known) throw new Failure('call_unknown');

      return {
        row,
        known,
        body: async ({ _id, holds }: Pick<IssuerRow, '_id' | 'holds'>) => {
          const submitted = await submittedIn(orderDeps, known, row);
          readCodes(submitted?.reduce((sum, { codes }) => sum + codes.length, 0) ?? 0);
          return {
            issuerId: _id,
            ...known.call,
            ...callBodies(known, { row, submitted, holds, nowMs: orderDeps.nowMs() }),
          };
        },
      };
    },
  };
};

const withCodes: ReadonlySet<string> = new Set(['order.codes', 'order.code_requested', 'code.delivered']);

const submittedIn = async (
  { codes }: OrderDeps,
  { call }: KnownCall,
  row: Parameters<OrderDeps['codes']['submitted']>[0],
) => (withCodes.has(call.kind) ? codes.submitted(row) : []);

export type CallReader = ReturnType<typeof createCallReader>;
