import { MockActivityEnvironment } from '@temporalio/testing';
import { Registry } from 'prom-client';
import { createCompareSides } from '../../activities/compare-sides';
import { finders, type TroubleSources } from '../../activities/find-trouble';
import { createMakeStatements } from '../../activities/make-statements';
import { alertOnChange } from '../../activities/tell-alerts';
import { createLogger } from '../../src/logger';
import { registerOrderGauges } from '../../src/metrics/order-gauges';
import { createSalesReader } from '../../src/operator/overview/sales';
import { createConsoleSampler } from '../../src/operator/overview/sampler';
import { createTroubleWatch } from '../../src/operator/troubles';
import type { TestIssuer } from './issuer';
import type { Platform } from './platform';
import { reconcileOnce } from './reconcile';

const log = createLogger('silent', 'test');
const files = ['/refunds.csv', '/failures.csv', '/orders.csv', '/audit/export'];

const lists = (issuerId: string): readonly string[] => [
  ...['/issuers?limit=100', '/orders?limit=100', '/orders?limit=1', '/orders?q=one', '/failures?limit=100'],
  ...['/approvals', '/audit?phase=any', '/audit/check', '/health', '/console/overview', '/console/sales?hours=24'],
  ...['/refunds', '/console/sessions', '/maintenance', '/comparison', '/settings'],
  ...['', '/products', '/conformance', '/calls'].map((path) => `/issuers/${issuerId}${path}`),
];

/** Each of them once: what failed, and the numbers of the issuer's orders that its lists and files have. */
export const allReadings = async (platform: Platform, issuers: readonly TestIssuer[], listed: readonly string[]) => {
  const { core, operator, operatorToken, baseUrl } = platform;
  const { orderDeps, stats, troubles, comparisons, engine } = core;
  const { rowReader, settings } = orderDeps;
  const nowMs = Date.now;
  const twoDaysOnMs = (): number => Date.now() + 2 * 86_400_000;
  const bad: string[] = [];
  const good = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: Error) => bad.push(`${what}: ${error.message}`));
  };
  const expectGood = (path: string, status: number): void => {
    if (status >= 400) bad.push(`${path} ${status}`);
  };
  const sources: TroubleSources = { ...core, nowMs };
  const headers = { authorization: `Bearer ${operatorToken}` };
  const read = async (path: string): Promise<string> => {
    const response = await fetch(`${baseUrl}/v1/operator${path}`, { headers });
    expectGood(path, response.status);
    return response.text().catch(() => {
      bad.push(`${path} cut off`);
      return '';
    });
  };
  const day = new Date().toISOString().slice(0, 10);
  for (const path of lists(issuers[0]?.issuerId ?? '')) expectGood(path, (await operator('GET', path)).status);
  for (const path of files) await read(path);
  for (const issuer of issuers) {
    for (const path of ['/orders', '/orders?updatedAfter=2020-01-01T00:00:00Z', '/failures', '/events', '/calls']) {
      expectGood(path, (await issuer.get(path)).status);
    }
    expectGood('statement', (await issuer.get(`/statements/${day}`)).status);
    await read(`/issuers/${issuer.issuerId}/statements/${day}`);
    const raw = listed.map((orderNo) => `${JSON.stringify({ orderNo, state: 'delivered' })}\n`).join('');
    const ndjson = { raw, headers: { 'content-type': 'application/x-ndjson' } };
    expectGood('reconciliation', (await issuer.post('/reconciliations', undefined, ndjson)).status);
  }
  expectGood('/readyz', (await fetch(`${baseUrl}/readyz`)).status);
  for (const [kind, find] of Object.entries(finders)) await good(kind, () => find(sources));
  const watch = createTroubleWatch({ troubles, stats, comparisons, settings, nowMs, log });
  await good('overview', () => createConsoleSampler({ stats, rowReader, troubles: watch, nowMs, log }).overview());
  await good('sales', () => createSalesReader({ stats, rowReader, nowMs })('24'));
  const registry = new Registry();
  registerOrderGauges({ registry, stats, engine, nowMs });
  await good('gauges', async () => {
    if (!(await registry.metrics()).includes('codeferry_order_counts_up 1')) throw new Error('the database answers');
  });
  const sayAlive = (): void => undefined;
  await good('comparison', () => createCompareSides({ ...core, ...orderDeps, nowMs, sayAlive }).compareSides());
  await good('statements', () => createMakeStatements({ ...core, log, nowMs: twoDaysOnMs, sayAlive }).makeStatements());
  const alerting = { ...sources, alerts: core.alerts, alertUrl: undefined, mailer: undefined, publicUrl: baseUrl, log };
  await good('alerts', () => new MockActivityEnvironment().run(() => alertOnChange(alerting as never)));
  await good('reconciler', () => reconcileOnce(platform, { stageLimitMs: 500 }));
  let cursor: unknown;
  do {
    const { status, body } = await operator('POST', '/keys/reseal', { limit: 5_000, ...(cursor ? { cursor } : {}) });
    expectGood('reseal', status);
    cursor = body.nextCursor;
  } while (typeof cursor === 'string');
  await Promise.all([core.database.statements, core.database.statementParts].map((made) => made.deleteMany({})));
  await core.database.comparisons.deleteMany({ _id: day });
  return bad;
};
