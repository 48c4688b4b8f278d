import { Gauge, type Registry } from 'prom-client';
import { cachedFor } from '../bounded/cached-for';
import { isFinal, type OrderState, orderStates } from '../domain/order';
import { type TroubleKind, troubleKinds } from '../domain/trouble';
import type { Stats } from '../store/stats';
import type { EngineReadiness } from '../temporal/readiness';

/** No count goes on past this: a larger backlog shows as this number. */
const countLimit = 10_000;
const oldestRead = 10;
/** However often it is scraped, and by however many, the database is asked once in this time. */
const freshMs = 15_000;

const waitingStates = orderStates.filter((state) => !isFinal(state));

interface Read {
  readonly states: readonly {
    readonly state: OrderState;
    readonly count: number;
    readonly oldestAt?: Date | undefined;
  }[];
  readonly issuers: { readonly active: number; readonly paused: number };
  readonly pendingEvents: number;
  readonly unstarted: number;
  readonly reconciledAt: Date | undefined;
  readonly alerts: readonly { readonly kind: TroubleKind; readonly count: number }[];
}

export interface OrderGauges {
  readonly registry: Registry;
  readonly stats: Stats;
  readonly engine: Pick<EngineReadiness, 'lastReconciledAt'>;
  readonly nowMs: () => number;
}

/** Served by the api: how orders stand now. Without an answer of the database they are left out, not repeated. */
export const registerOrderGauges = ({ registry, stats, engine, nowMs }: OrderGauges): void => {
  const registers = [registry];

  const read = async (): Promise<Read> => {
    const [states, active, paused, pendingEvents, unstarted, reconciledAt, alerts] = await Promise.all([
      Promise.all(
        waitingStates.map(async (state) => {
          const [count, oldest] = await Promise.all([stats.count(state, countLimit), stats.oldest(state, oldestRead)]);
          // What somebody else wrote may be the first of them.
          return { state, count, oldestAt: oldest.find(({ createdAt }) => createdAt instanceof Date)?.createdAt };
        }),
      ),
      stats.countIssuers('active', countLimit),
      stats.countIssuers('paused', countLimit),
      stats.countPendingEvents(countLimit),
      stats.countUnstarted(countLimit),
      engine.lastReconciledAt().catch(() => undefined),
      Promise.all(troubleKinds.map(async (kind) => ({ kind, count: await stats.countRaised(kind, countLimit) }))),
    ]);
    return { states, issuers: { active, paused }, pendingEvents, unstarted, reconciledAt, alerts };
  };

  const kept = cachedFor(freshMs, nowMs, read);
  /** All gauges of a scrape come from one reading, and a failed one is tried again by the next scrape. */
  const current = (): Promise<Read | undefined> => kept().catch(() => undefined);

  const gauge = (name: string, help: string, labelNames: string[], show: (gauge: Gauge, read: Read) => void): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        const now = await current();
        this.reset();
        if (now) show(this, now);
        else if (labelNames.length === 0) this.remove();
      },
    });
  };

  new Gauge({
    name: 'codeferry_order_counts_up',
    help: '1 when the database answered the counting of orders, 0 when it did not',
    registers,
    async collect() {
      this.set((await current()) ? 1 : 0);
    },
  });
  gauge('codeferry_orders', `Open orders by state, counted up to ${countLimit}`, ['state'], (self, { states }) => {
    for (const { state, count } of states) self.set({ state }, count);
  });
  gauge(
    'codeferry_oldest_order_seconds',
    'Age of the oldest open order by state, 0 without one',
    ['state'],
    (self, { states }) => {
      for (const { state, oldestAt } of states) {
        self.set({ state }, oldestAt ? Math.max(0, nowMs() - oldestAt.getTime()) / 1_000 : 0);
      }
    },
  );
  gauge('codeferry_issuers', 'Issuers by state', ['state'], (self, { issuers }) => {
    self.set({ state: 'active' }, issuers.active);
    self.set({ state: 'paused' }, issuers.paused);
  });
  gauge('codeferry_orders_with_pending_events', 'Orders with events that are not sent yet', [], (self, now) =>
    self.set(now.pendingEvents),
  );
  gauge('codeferry_orders_unstarted', 'Orders whose workflow is not known to run', [], (self, now) =>
    self.set(now.unstarted),
  );
  gauge('codeferry_alerts', 'Alerts that are raised now, by kind', ['kind'], (self, { alerts }) => {
    for (const { kind, count } of alerts) self.set({ kind }, count);
  });
  gauge(
    'codeferry_reconciler_age_seconds',
    'Time since the last pass of the reconciler began that did not fail',
    [],
    (self, { reconciledAt }) => {
      if (reconciledAt) self.set(Math.max(0, nowMs() - reconciledAt.getTime()) / 1_000);
      else self.remove();
    },
  );
};
