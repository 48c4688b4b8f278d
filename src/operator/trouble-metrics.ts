import { Gauge, type Registry } from 'prom-client';
import type { TroubleWatch } from './troubles';

/** How much waits for a person, by kind. A kind that could not be read is left out: no number is better than a wrong one. */
export const registerTroubleMetrics = (registry: Registry, watch: TroubleWatch): void => {
  new Gauge({
    name: 'codeferry_trouble',
    help: 'What a person should look at: orders that are stuck or undeliverable, events given up, second payments and codes that buyers reported within 7 days, rows that somebody else wrote, paused issuers, what the daily comparison of all sides found',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      this.reset();
      const look = await watch.look().catch(() => undefined);
      if (!look) return;
      if (look.stuck) this.set({ kind: 'order_stuck' }, look.stuck.length);
      this.set({ kind: 'order_undeliverable' }, look.undeliverable);
      this.set({ kind: 'event_given_up' }, look.givenUp.length);
      this.set({ kind: 'paid_twice' }, look.paidTwice.length);
      this.set({ kind: 'code_reported' }, look.reported.length);
      this.set({ kind: 'tampered' }, look.tampered.length + look.issuersTampered + Number(look.settingsTampered));
      this.set({ kind: 'issuer_paused' }, look.issuersPaused);
      this.set({ kind: 'sides_differ' }, look.differingCount);
    },
  });
};
