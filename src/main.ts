import { createServer } from 'node:http';
import { createApp } from './api/app';
import { createStartingApp } from './api/starting';
import { assemble } from './assemble';
import { ConfigInvalid, readConfig } from './config';
import { createLogger } from './logger';
import { createAddressGuard } from './outbound/address-guard';
import { loadAdapters } from './second-interface/adapters';
import { openTemporalClient } from './temporal/client';
import { openTracing } from './tracing/open-tracing';
import { untilDone } from './until-done';

const drainLimitMs = 8_000;

/** Connections that are not taken yet: a burst opens a thousand within a moment, and Node's own 511 make callers wait for seconds. */
const backlog = 4_096;

/** Root of the api process: serves HTTP from its start, says so until the database is there, drains at SIGTERM. The engine may be away. */
const main = async (): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel, 'api');
  const tracing = openTracing(config.otlpEndpoint, 'codeferry-api');
  const nowMs = () => Date.now();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());

  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 });
  const starting = createStartingApp(log);
  server.on('request', starting);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port: config.port, host: config.host, backlog }, resolve);
  });

  const core = await untilDone('MongoDB', log, stopping.signal, () =>
    assemble(config, (codec) => openTemporalClient(config.temporal, codec, tracing), nowMs, tracing),
  );
  const { app, starter } = createApp({
    core,
    config,
    guard: createAddressGuard({ allowCidrs: config.callbackAllow }),
    tracing,
    adapters: await loadAdapters(config.adapterPaths),
    log,
    nowMs,
  });
  server.off('request', starting).on('request', app);
  log.info({ port: config.port }, 'api ready');

  await new Promise<void>((resolve) => {
    if (stopping.signal.aborted) resolve();
    else stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  log.info('api stops');
  setTimeout(() => process.exit(1), drainLimitMs).unref();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), drainLimitMs / 2);
  await closed;
  clearTimeout(cut);
  await starter.settled();
  await core.orderDeps.answered.settled();
  // The engine's client is not closed: a retry that it still has in mind would throw; the process ends here anyway.
  await core.database.close();
  await tracing.close();
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof ConfigInvalid ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  },
);
