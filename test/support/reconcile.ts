import { Registry } from 'prom-client';
import { createReconcile, type Reconciled } from '../../activities/reconcile';
import type { Alerted } from '../../activities/tell-alerts';
import { createLogger } from '../../src/logger';
import { createOrderMeter } from '../../src/metrics/order-meter';
import type { Platform } from './platform';
import { until } from './until';

/** One pass of what the worker's Schedule runs; a minute ahead when not told otherwise, so that nothing is too young for it. */
export const reconcileOnce = (
  { core: { orderDeps, issuers, requests, purge, troubles } }: Pick<Platform, 'core'>,
  {
    nowMs = () => Date.now() + 60_000,
    purgeAfterMs,
    stageLimitMs,
    alert = async () => ({ alertsRaised: 0, alertsCleared: 0, alertsSent: 0 }),
  }: { nowMs?: () => number; purgeAfterMs?: number; stageLimitMs?: number; alert?: () => Promise<Alerted> } = {},
): Promise<Reconciled> =>
  createReconcile({
    orderDeps,
    issuers,
    requests,
    purge,
    troubles,
    purgeAfterMs,
    meter: createOrderMeter(new Registry()),
    alert,
    log: createLogger('silent', 'test'),
    nowMs,
    ...(stageLimitMs === undefined ? {} : { stageLimitMs }),
  }).reconcile();

/** A pass that the engine did not answer in time leaves it to the next one. */
export const reconciledUntil = (
  platform: Pick<Platform, 'core'>,
  what: string,
  isDone: (pass: Reconciled) => boolean,
): Promise<true> => until(what, async () => isDone(await reconcileOnce(platform)));
