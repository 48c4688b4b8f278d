import { createApp } from './api/app';
import { openServer } from './api/edge/open-server';
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

/** The system's resolver uses half of these: Node's own four leave two, which one slow name each keeps from all others. */
process.env.UV_THREADPOOL_SIZE ??= '32';

/** Root of the api process: serves HTTP from its start, says so until the database is there, drains at SIGTERM. The engine may be away. */
const main = async (): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel, 'api');
  const tracing = openTracing(config.otlpEndpoint, 'codeferry-api');
  const nowMs = () => Date.now();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());

  const starting = createStartingApp(log);
  const server = await openServer(config.port, config.host, starting);
  const adminServer = config.admin && (await openServer(config.admin.port, config.host, starting));
  const servers = [server, ...(adminServer ? [adminServer] : [])];

  const core = await untilDone('MongoDB', log, stopping.signal, () =>
    assemble(config, (codec) => openTemporalClient(config.temporal, codec, tracing), nowMs, log, tracing),
  );
  const { app, adminApp, starter } = createApp({
    core,
    config,
    guard: createAddressGuard({ allowCidrs: config.callbackAllow, sandboxAllowCidrs: config.sandboxCallbackAllow }),
    tracing,
    adapters: await loadAdapters(config.adapterPaths),
    log,
    nowMs,
  });
  server.off('request', starting).on('request', app);
  if (adminApp) adminServer?.off('request', starting).on('request', adminApp);
  log.info({ port: config.port, adminPort: config.admin?.port }, 'api ready');

  await new Promise<void>((resolve) => {
    if (stopping.signal.aborted) resolve();
    else stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  log.info('api stops');
  setTimeout(() => process.exit(1), drainLimitMs).unref();
  const closed = servers.map((one) => new Promise<void>((resolve) => one.close(() => resolve())));
  for (const one of servers) one.closeIdleConnections();
  const cut = setTimeout(() => {
    for (const one of servers) one.closeAllConnections();
  }, drainLimitMs / 2);
  await Promise.all(closed);
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
