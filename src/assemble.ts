import type { Client } from '@temporalio/client';
import { configuredChannels } from './channels/configured-channels';
import type { Config } from './config';
import { ownMessageId } from './first-interface/message-id';
import { createProcessMetrics } from './metrics/process-metrics';
import { createIssuerSeal } from './sealing/issuer-row';
import { createKeyRing, deriveKey, fingerprint } from './sealing/key-ring';
import { createPayloadCodec, type SealingCodec } from './sealing/payload-codec';
import { createDecodePayloads } from './sealing/payload-json';
import { loadPlatformKeys, type PlatformKeys } from './sealing/platform-keys';
import { createAnsweredCalls } from './second-interface/answered-calls';
import type { OrderDeps } from './second-interface/ask-order';
import { createStatements } from './second-interface/statements/statements';
import { createAlerts } from './store/alerts';
import { createAnswers } from './store/answers';
import { createApprovals } from './store/approvals';
import { createAudit } from './store/audit';
import { createCodes } from './store/codes';
import { createComparisons } from './store/comparisons';
import { createConformanceOrders, createConformanceRuns } from './store/conformance';
import { openDatabase } from './store/database';
import { createDayCounts } from './store/day-counts';
import { createEchoes } from './store/echoes';
import { createEventFeed } from './store/event-feed';
import { createGuesses } from './store/guesses';
import { createInbox } from './store/inbox';
import { ensureIndexes } from './store/indexes';
import { createIssuers, voidPolicy } from './store/issuers';
import { createKeys } from './store/keys';
import { createLedger } from './store/ledger';
import { createMaintenance } from './store/maintenance';
import { createOrderSettings } from './store/order-settings';
import { createOrders } from './store/orders';
import { createPortalLinks } from './store/portal-links';
import { createPullQueue } from './store/pull-queue';
import { createPurge } from './store/purge';
import { createReconciliations } from './store/reconciliations';
import { createReplays } from './store/replays';
import { createRequests } from './store/requests';
import { createSandboxInbox } from './store/sandbox-inbox';
import { createSealedValues } from './store/sealed-values';
import { createConsoleSessionRows, createPortalSessionRows } from './store/sessions';
import { createStatements as createStatementStore } from './store/statements';
import { createStats } from './store/stats';
import { createWorkerReports } from './store/workers';
import { createOrderGateway } from './temporal/order-gateway';
import { createQueues } from './temporal/queues';
import { createReadiness } from './temporal/readiness';
import { createTroubles } from './temporal/troubles';
import { noTracing, type Tracing } from './tracing/tracing';

type EngineCallListener = Parameters<typeof createOrderGateway>[0]['observeCall'];

export type Core = Awaited<ReturnType<typeof assemble>>;

/** What api and worker have in common, built once per process by its root. Fails while the database is away. */
export const assemble = async (
  config: Pick<Config, 'masterKeys' | 'sealPayloads' | 'mongodbUri' | 'taskQueue' | 'callsOutQueue' | 'channels'>,
  openClient: (codec: SealingCodec) => Client,
  nowMs: () => number,
  tracing: Tracing = noTracing,
) => {
  const ring = createKeyRing(config.masterKeys);
  const codec = createPayloadCodec(ring, config.sealPayloads);
  const database = openDatabase(config.mongodbUri);
  let keys: PlatformKeys;
  try {
    await ensureIndexes(database);
    keys = await loadPlatformKeys(ring, createKeys(database), nowMs);
  } catch (error) {
    await database.close();
    throw error;
  }
  const client = openClient(codec);
  const { taskQueue, callsOutQueue } = config;
  const metrics = createProcessMetrics(database);
  const listeners: EngineCallListener[] = [];
  const gateway = createOrderGateway({
    client,
    taskQueue,
    callsOutQueue,
    observeCall: (name, result, seconds, waitedMs) => {
      metrics.observeEngineCall(name, result, seconds);
      for (const listener of listeners) listener(name, result, seconds, waitedMs);
    },
    tracing,
  });
  const issuers = createIssuers(database, createIssuerSeal(ring));
  const orderDeps: OrderDeps = {
    orders: createOrders(database, (order, sequence) => ownMessageId(order, 'event', sequence), nowMs),
    codes: createCodes(database),
    inbox: createInbox(database),
    ledger: createLedger(database),
    pulls: createPullQueue(database),
    replays: createReplays(database),
    gateway,
    answered: createAnsweredCalls({ answers: createAnswers(database), nowMs }),
    ring,
    fingerprintKey: keys.fingerprintKey,
    nowMs,
    maintenance: createMaintenance(database, nowMs),
    settings: createOrderSettings(database, nowMs),
    holdsOf: async (issuerId) => (await issuers.findEver(issuerId))?.holds ?? [],
    voidPolicyOf: async (issuerId) => voidPolicy(await issuers.findEver(issuerId)),
  };
  return {
    ring,
    codec,
    client,
    database,
    metrics,
    keys,
    gateway,
    /** Called by the api, which takes fewer orders when questions are answered slowly. */
    onEngineCall: (listener: EngineCallListener): void => {
      listeners.push(listener);
    },
    engine: createReadiness(client),
    troubles: createTroubles({ client, taskQueue }),
    decodePayloads: createDecodePayloads(codec),
    issuers,
    orderDeps,
    channels: configuredChannels(config.channels),
    requests: createRequests(database),
    purge: createPurge(database),
    sealedValues: createSealedValues(database),
    audit: createAudit(database, (text) => fingerprint(deriveKey(keys.fingerprintKey, 'audit chain'), text)),
    consoleSessions: createConsoleSessionRows(database),
    portalSessions: createPortalSessionRows(database),
    portalLinks: createPortalLinks(database),
    guesses: createGuesses(database),
    approvals: createApprovals(database),
    stats: createStats(database),
    alerts: createAlerts(database),
    workers: createWorkerReports(database),
    dayCounts: createDayCounts(database),
    echoes: createEchoes(database),
    sandboxInbox: createSandboxInbox(database),
    eventFeed: createEventFeed(database),
    reconciliations: createReconciliations(database),
    comparisons: createComparisons(database),
    conformance: { runs: createConformanceRuns(database), orders: createConformanceOrders(database) },
    statements: createStatements({
      orders: orderDeps.orders,
      statements: createStatementStore(database),
      nowMs,
    }),
    queues: createQueues({ client, taskQueue, callsOutQueue }),
  };
};
