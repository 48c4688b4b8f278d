import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { assemble } from '../src/assemble';
import { ConfigInvalid, readWorkerConfig } from '../src/config';
import { createLogger } from '../src/logger';
import { createMailer } from '../src/mail/mailer';
import { createOrderMeter } from '../src/metrics/order-meter';
import { createAddressGuard } from '../src/outbound/address-guard';
import { createOutbound } from '../src/outbound/client';
import { createTxtLookup } from '../src/outbound/txt-lookup';
import { createSandboxCallsOut } from '../src/sandbox/calls-out';
import { loadAdapters } from '../src/second-interface/adapters';
import { createReadiness } from '../src/temporal/readiness';
import { openTracing } from '../src/tracing/open-tracing';
import { untilDone } from '../src/until-done';
import { clientOn, createWorkers, installEngineRuntime } from './create-worker';
import { reportPresence } from './report-presence';
import { bringSchedules } from './schedules';
import { createMetricsPage, freeLoopbackAddress, serveMetrics } from './serve-metrics';

/** The system's resolver uses half of these: Node's own four leave two, which one slow name each keeps from all others. */
process.env.UV_THREADPOOL_SIZE ??= '32';

/** Root of the worker process: waits for the engine and the database, runs both queues, drains at SIGTERM. */
const main = async (): Promise<void> => {
  const config = readWorkerConfig(process.env);
  const log = createLogger(config.logLevel, 'worker');
  const engineMetricsAddress = config.workerMetricsPort === undefined ? undefined : await freeLoopbackAddress();
  installEngineRuntime(log, engineMetricsAddress);
  const tracing = openTracing(config.otlpEndpoint, 'codeferry-worker');
  const nowMs = () => Date.now();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());

  const { address, namespace, tls } = config.temporal;
  const connection = await untilDone('Temporal', log, stopping.signal, () =>
    NativeConnection.connect({ address, tls }),
  );
  const core = await untilDone('MongoDB', log, stopping.signal, () =>
    assemble(config, (codec) => clientOn(connection, namespace, codec, tracing), nowMs, log, tracing),
  );
  const { client, codec, orderDeps, issuers, ring, keys, requests, purge, troubles, database } = core;
  const { registry, collectOwnProcess } = core.metrics;
  await untilDone('search attributes', log, stopping.signal, async () => {
    if (!(await createReadiness(client).hasSearchAttributes()))
      throw new Error('the search attributes are not registered');
  });
  const guard = createAddressGuard({
    allowCidrs: config.callbackAllow,
    sandboxAllowCidrs: config.sandboxCallbackAllow,
  });
  const outbound = createOutbound({
    guard,
    isSpent: createSandboxCallsOut(nowMs).isSpent,
    clock: { nowMs },
    egressProxyUrl: config.egressProxy,
    tracing,
  });
  const adapters = await loadAdapters(config.adapterPaths);
  const workers = await createWorkers({
    connection,
    namespace,
    codec,
    callsOut: {
      log,
      orderDeps,
      issuers,
      echoes: core.echoes,
      outbound,
      adapters,
      terminalProblem: (terminal, issuerId) => core.channels.problemOf(terminal, guard.of(issuerId)),
      ring,
      meter: createOrderMeter(registry),
      nowMs,
    },
    keys,
    lookupTxt: createTxtLookup(),
    channels: core.channels,
    conformance: core.conformance,
    audit: core.audit,
    publicUrl: config.publicUrl,
    dayCounts: core.dayCounts,
    sandboxInbox: core.sandboxInbox,
    requests,
    purge,
    troubles,
    statements: core.statements,
    reconciliations: core.reconciliations,
    comparisons: core.comparisons,
    purgeAfterMs: config.purgeAfterMs,
    alerting: {
      stats: core.stats,
      workers: core.workers,
      guesses: core.guesses,
      alerts: core.alerts,
      alertUrl: config.alertWebhookUrl,
      mailer: config.alertMail && createMailer(config.alertMail),
      publicUrl: config.admin?.url ?? config.publicUrl,
    },
    tracing,
    log,
    taskQueue: config.taskQueue,
    callsOutQueue: config.callsOutQueue,
    bundlePath: join(__dirname, '../workflow-bundle.js'),
    workflowStackTraces: config.workflowStackTraces,
  });
  await untilDone('the schedules', log, stopping.signal, () => bringSchedules(client, config.taskQueue));
  collectOwnProcess('codeferry_worker_');
  const metricsPage = createMetricsPage({ registry, outbound, engineMetricsAddress });
  const metrics =
    config.workerMetricsPort === undefined
      ? undefined
      : serveMetrics(config.workerMetricsPort, config.host, registry, metricsPage);

  const presence = reportPresence({ workers: core.workers, outbound, log, nowMs });

  const running = workers.run();
  log.info('worker ready');
  const stop = (): void => {
    log.info('worker stops');
    workers.shutdown();
  };
  if (stopping.signal.aborted) stop();
  else stopping.signal.addEventListener('abort', stop, { once: true });
  await running;
  metrics?.close();
  await presence.stop();
  await outbound.close();
  await database.close();
  await connection.close();
  await tracing.close();
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof ConfigInvalid ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  },
);
