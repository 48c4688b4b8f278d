import * as routes from '../../contract/operator/failures';
import { isSidesKind } from '../../domain/comparison';
import { callFailures, type OrderFailure, undeliveredSinceMs } from '../../domain/failing';
import { type Mode, orderId } from '../../domain/ids';
import { comparedWords } from '../../domain/words/why-compared';
import {
  whyBounced,
  whyGivenUp,
  whyListedTampered,
  whyPaidTwice,
  whyReported,
  whyStuck,
  whyUntaken,
} from '../../domain/words/why-held';
import { whyRefund } from '../../domain/words/why-refund';
import { whyWaiting } from '../../domain/words/why-waiting';
import type { TroubleLook, TroubleWatch } from '../../operator/troubles';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { FailingOrder, ListedOrder } from '../../store/orders';
import { csvLines, pagesOf } from '../edge/file-answer';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';

export interface Failures {
  readonly orderDeps: Pick<OrderDeps, 'orders' | 'rowReader'>;
  readonly watch: TroubleWatch;
}

type Kind = routes.FailingOrder['kind'];

/** Of the newest: more at once have one cause, and one of them is enough to find it. */
const bouncedLimit = 200;

interface Failing extends Pick<ListedOrder, '_id' | 'position'> {
  readonly row: ListedOrder;
  readonly kind: Kind;
  readonly why: (facts: ListedOrder['facts']) => string;
  /** Left out: since the order changed last. */
  readonly since?: Date | undefined;
  readonly call?: OrderFailure;
}

/** Orders that a person should look at, newest first: undeliverable ones, those whose message came back, stuck ones, those whose issuer was not told. */
export const mountFailures = (mount: Mount, { orderDeps, watch }: Failures): void => {
  const isOrder = orderDeps.rowReader.of('orders', (_row: ListedOrder) => true);
  const readBy = <T>(write: (one: Failing) => T): ((one: Failing) => T | undefined) => {
    const written = orderDeps.rowReader.of('orders', write);
    return (one) => (isOrder(one.row) ? written(one) : undefined);
  };
  const waitingOf = orderDeps.rowReader.of('orders', (row: FailingOrder): Failing[] => {
    const [call] = callFailures(row);
    return call ? [{ ...failing(row, call.kind, whyWaiting), call }] : [];
  });

  /** All but undeliverable ones: of each kind no more than its limit, whatever page is asked for. */
  const readOthers = async (mode: Mode): Promise<{ readonly waiting: Failing[]; readonly more: Failing[] }> => {
    const [waiting, bounced, undecided, named] = await Promise.all([
      orderDeps.orders.waitingForIssuer(mode),
      orderDeps.orders.bounced(bouncedLimit, mode),
      orderDeps.orders.waitingForVoid('undecided', new Date(), bouncedLimit, mode),
      mode === 'test' ? [] : watch.look().then((look) => namedIn(orderDeps, look)),
    ]);
    return {
      waiting: waiting.flatMap((row) => waitingOf(row) ?? []),
      more: [
        ...undecided.map((row) => failing(row, 'void_undecided', (facts) => whyRefund(facts) ?? '', row.voidWaits?.at)),
        ...bounced.map((row) => failing(row, 'bounced', () => whyBounced, row.bouncedAt)),
        ...named,
      ],
    };
  };

  /** Page after page of one list: what comes whole is read with the first one. */
  const readerOf = (mode: Mode) => {
    let others: ReturnType<typeof readOthers> | undefined;
    return async (limit: number, before: string | undefined): Promise<Failing[]> => {
      others ??= readOthers(mode);
      const [{ waiting, more }, undeliverable] = await Promise.all([
        others,
        orderDeps.orders.list({
          mode,
          state: 'undeliverable',
          ...(before === undefined ? {} : { before }),
          limit,
        }),
      ]);
      const since = await undeliveredSince(orderDeps, undeliverable);
      const found = [
        ...waiting,
        ...undeliverable.map((row) => failing(row, 'undeliverable', whyWaiting, since.get(row._id))),
        ...more,
      ];
      const onPage = found.filter(({ position }) => before === undefined || position < before);
      return [...new Map(onPage.map((one) => [one.row._id, one])).values()].sort((a, b) =>
        a.position < b.position ? 1 : -1,
      );
    };
  };

  mount.operator(routes.listFailures)(async ({ query: { limit, cursor, mode = 'live' } }) => {
    const page = await readerOf(mode)(limit + 1, cursor === undefined ? undefined : positionOf(cursor));
    return { status: 200, body: pageOf(page, limit, readBy(failureBody)) };
  });

  mount.operatorFile(routes.exportFailures)(({ query }) => {
    const read = readerOf(query.mode ?? 'live');
    return {
      deed: { action: 'failures.exported', target: 'failures', after: query },
      name: 'failures.csv',
      lines: csvLines(
        ['issuerId', 'orderNo', 'state', 'kind', 'why', 'lastStatus', 'at'],
        // Its kinds come together: a page may have more than was asked for, and what is behind it comes again.
        pagesOf<Failing>(async (limit, last) => (await read(limit, last?.position)).slice(0, limit)),
        readBy,
        failureBody,
      ),
    };
  });
};

const failing = (row: ListedOrder, kind: Kind, why: Failing['why'], since?: Date | undefined): Failing => ({
  ...{ _id: row._id, position: row.position },
  ...{ row, kind, why, since },
});

const undeliveredSince = async (
  { orders, rowReader }: Failures['orderDeps'],
  rows: readonly ListedOrder[],
): Promise<ReadonlyMap<string, Date>> => {
  const since = rowReader.of('orders', (row: FailingOrder) => [row._id, new Date(undeliveredSinceMs(row))] as const);
  const withLines = rows.length === 0 ? [] : await orders.withNewestLines(rows.map(({ _id }) => _id));
  return new Map(withLines.flatMap((row) => [since(row)].filter((one) => one !== undefined)));
};

/** An order with several troubles is named once, with the one that keeps it from going on. */
const namedIn = async (
  orderDeps: Failures['orderDeps'],
  { stuck = [], givenUp, paidTwice, untaken, reported, tampered, differing }: TroubleLook,
): Promise<Failing[]> => {
  const names = [...differing, ...reported, ...paidTwice, ...givenUp, ...untaken, ...stuck, ...tampered];
  if (names.length === 0) return [];
  const givenUpIds = new Set(givenUp.map(orderId));
  const paidTwiceIds = new Set(paidTwice.map(orderId));
  const untakenIds = new Set(untaken.map(orderId));
  const tamperedIds = new Set(tampered.map(orderId));
  const differingById = new Map(differing.map((one) => [orderId(one), one.kind]));
  const stuckById = new Map(stuck.map((one) => [orderId(one), one]));
  return (await orderDeps.orders.named(names)).map((row) => {
    if (tamperedIds.has(row._id)) return failing(row, 'tampered', () => whyListedTampered, row.tamperedAt);
    const isStuck = stuckById.get(row._id);
    if (isStuck) return failing(row, 'stuck', () => whyStuck(isStuck.isAfterSale));
    if (untakenIds.has(row._id)) return failing(row, 'undeliverable', () => whyUntaken, row.deliveryFailedAt);
    if (givenUpIds.has(row._id)) return failing(row, 'event_given_up', () => whyGivenUp, row.eventsGivenUpAt);
    if (paidTwiceIds.has(row._id)) return failing(row, 'paid_twice', () => whyPaidTwice, row.paidTwiceAt);
    const differs = differingById.get(row._id);
    return differs && isSidesKind(differs)
      ? failing(row, differs, () => `${comparedWords[differs].why} ${comparedWords[differs].next}`)
      : failing(row, 'code_reported', () => whyReported, row.codeReportedAt);
  });
};

const failureBody = ({ row, kind, why, since, call }: Failing) => ({
  issuerId: row.issuerId,
  orderNo: row.orderNo,
  state: row.facts.state,
  kind,
  why: why(row.facts),
  at: new Date(call?.sinceMs ?? since ?? row.facts.updatedAtMs).toISOString(),
  ...(call?.lastStatus !== undefined ? { lastStatus: call.lastStatus } : {}),
  ...(call?.errors ? { errors: call.errors } : {}),
});
