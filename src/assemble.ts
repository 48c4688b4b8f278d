import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { createRowReader, idText } from './bounded/row-reader';
import { configuredChannels } from './channels/configured-channels';
import type { Config } from './config';
import { type OrderName, orderId } from './domain/ids';
import { ownMessageId } from './first-interface/message-id';
import { createProcessMetrics } from './metrics/process-metrics';
import { noteSealed, sealRowsOnce } from './operator/seal-rows';
import { createClaimSeal } from './sealing/claim-row';
import { createIssuerSeal } from './sealing/issuer-row';
import { createKeyRing, deriveKey, fingerprint, SealBroken } from './sealing/key-ring';
import { bindingOf } from './sealing/order-row';
import { createPayloadCodec, type SealingCodec } from './sealing/payload-codec';
import { createDecodePayloads } from './sealing/payload-json';
import { places } from './sealing/places';
import { loadPlatformKeys, type PlatformKeys } from './sealing/platform-keys';
import { createRowSeal } from './sealing/row-seal';
import { createAnsweredCalls } from './second-interface/answered-calls';
import type { OrderDeps } from './second-interface/ask-order';
import { createStatements } from './second-interface/statements/statements';
import { createAlerts } from './store/alerts';
import { createAnswers } from './store/answers';
import { createApprovals } from './store/approvals';
import { type Audit, createAudit } from './store/audit';
import { type Codes, createCodes } from './store/codes';
import { createComparisons } from './store/comparisons';
import { createConformanceOrders, createConformanceRuns, sealedOfRun } from './store/conformance';
import { openDatabase } from './store/database';
import { createDayCounts } from './store/day-counts';
import { createEchoes, sealedOfEcho } from './store/echoes';
import { createEventFeed } from './store/event-feed';
import { createGuesses } from './store/guesses';
import { createInbox, type InboxRow } from './store/inbox';
import { ensureIndexes } from './store/indexes';
import { createIssuers, voidPolicy } from './store/issuers';
import { createKeys } from './store/keys';
import { createKnownNetworkRows } from './store/known-networks';
import { createLedger } from './store/ledger';
import { createMaintenance } from './store/maintenance';
import { createOrderSettings } from './store/order-settings';
import { flawOfOrder } from './store/order-shape';
import { createOrders } from './store/orders';
import { createPortalLinks } from './store/portal-links';
import { createPullQueue } from './store/pull-queue';
import { createPurge } from './store/purge';
import { createReconciliations } from './store/reconciliations';
import { createReplays, sealedOfReplay } from './store/replays';
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

/** A message's place in the row moves. */
const withoutTurn = ({ at: _at, ...said }: Omit<InboxRow, 'seal'>) => said;

/** What api and worker have in common, built once per process by its root. Fails while the database is away. */
export const assemble = async (
  config: Pick<Config, 'masterKeys' | 'sealPayloads' | 'mongodbUri' | 'taskQueue' | 'callsOutQueue' | 'channels'> &
    Partial<Pick<Config, 'needsTwoPersons'>> & {
      /** Given by tests, whose machine has other work; left out: as promised. */
      readonly databaseLimitMs?: number;
    },
  openClient: (codec: SealingCodec) => Client,
  nowMs: () => number,
  log: Pick<Logger, 'error'>,
  tracing: Tracing = noTracing,
) => {
  const ring = createKeyRing(config.masterKeys);
  const codec = createPayloadCodec(ring, config.sealPayloads);
  const database = openDatabase(config.mongodbUri, config.databaseLimitMs);
  /** Of orders and issuers a person hears as of any other that somebody else wrote to. */
  const noteTampered = async (collection: string, id: unknown): Promise<void> => {
    // Of any type: it names the row that was read, and no other.
    const rowId = id as string;
    const at = new Date(nowMs());
    if (collection === 'orders') await orders.noteTampered(rowId, at);
    if (collection === 'issuers') await issuers.noteTampered(rowId, at);
  };
  const rowReader = createRowReader(
    (collection, id, error) => {
      log.error({ collection, of: idText(id), err: error }, 'a row is not what it should be: it is left out');
      if (id !== undefined) noteTampered(collection, id).catch(() => undefined);
    },
    { orders: flawOfOrder },
  );
  const issuers = createIssuers(database, createIssuerSeal(ring), (row) => rowReader.leaveOut('issuers', row));
  const settings = createOrderSettings(database, createRowSeal(ring, places.settingsRow), nowMs, config);
  const inbox = createInbox(database, createRowSeal(ring, places.inboxRow, withoutTurn));
  const idOfEvent = (order: OrderName, sequence: number) => ownMessageId(order, 'event', sequence);
  const orders = createOrders(database, idOfEvent, nowMs, rowReader.isOne('orders'));
  const maintenance = createMaintenance(
    database,
    createRowSeal(ring, places.maintenanceRow),
    (row) => rowReader.leaveOut('settings', row),
    nowMs,
  );
  const alerts = createAlerts(database, createRowSeal(ring, places.alertRow));
  let keys: PlatformKeys;
  let audit: Audit;
  let codes: Codes;
  let claimSeal: ReturnType<typeof createClaimSeal>;
  try {
    await ensureIndexes(database);
    const begins = async (): Promise<boolean> => {
      const isEmpty = (await issuers.list(undefined, 1)).length === 0 && (await orders.areNone());
      if (isEmpty) await settings.begin();
      return isEmpty;
    };
    keys = await loadPlatformKeys(ring, createKeys(database), nowMs, begins);
    const auditKey = deriveKey(keys.fingerprintKey, 'audit chain');
    audit = createAudit(database, (text) => fingerprint(auditKey, text));
    claimSeal = createClaimSeal(ring, deriveKey(keys.fingerprintKey, 'claims of purged orders'));
    codes = createCodes(database, claimSeal, (order) => orders.noteTampered(orderId(order), new Date(nowMs())));
    const bindAll = () => orders.bindAll((row) => bindingOf(ring, row));
    const seal = () =>
      sealRowsOnce(
        audit,
        [issuers, settings, maintenance, inbox, alerts],
        { areUnbound: orders.areUnbound, bindAll },
        nowMs,
      );
    if (keys.isNew) await noteSealed(audit, nowMs);
    else if (!keys.areClaimsBound && (keys.areRowsSealed || (await seal()))) {
      await codes.bindAll();
      await keys.noteSealed();
    }
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
  const orderDeps: OrderDeps = {
    orders,
    codes,
    inbox,
    ledger: createLedger(database),
    pulls: createPullQueue(database),
    replays: createReplays(database, createRowSeal(ring, places.replayRow, sealedOfReplay)),
    gateway,
    answered: createAnsweredCalls({ answers: createAnswers(database), nowMs }),
    ring,
    fingerprintKey: keys.fingerprintKey,
    nowMs,
    maintenance,
    settings,
    rowReader,
    // Held time that somebody else wrote is none.
    holdsOf: async (issuerId) => {
      const issuer = await issuers.findEver(issuerId);
      return issuer && (await issuers.isUntouched(issuer, new Date(nowMs()))) ? issuer.holds : [];
    },
    voidPolicyOf: async (issuerId) => {
      const issuer = await issuers.findEver(issuerId);
      if (issuer && !(await issuers.isUntouched(issuer, new Date(nowMs())))) throw new SealBroken(`issuer ${issuerId}`);
      return voidPolicy(issuer);
    },
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
    purge: createPurge(database, claimSeal),
    sealedValues: createSealedValues(database),
    audit,
    consoleSessions: createConsoleSessionRows(database),
    portalSessions: createPortalSessionRows(database),
    portalLinks: createPortalLinks(database),
    guesses: createGuesses(database, createRowSeal(ring, places.guessRow)),
    knownNetworks: createKnownNetworkRows(database),
    approvals: createApprovals(database),
    stats: createStats(database, (isOurs) => rowReader.isOne('orders', isOurs)),
    alerts,
    workers: createWorkerReports(database, createRowSeal(ring, places.workerRow), (row) =>
      rowReader.leaveOut('workers', row),
    ),
    dayCounts: createDayCounts(database),
    echoes: createEchoes(database, createRowSeal(ring, places.echoRow, sealedOfEcho)),
    sandboxInbox: createSandboxInbox(database),
    eventFeed: createEventFeed(database),
    reconciliations: createReconciliations(database, (row) => rowReader.leaveOut('reconciliations', row)),
    comparisons: createComparisons(database, (row) => rowReader.leaveOut('comparisons', row)),
    conformance: {
      runs: createConformanceRuns(database, createRowSeal(ring, places.conformanceRow, sealedOfRun)),
      orders: createConformanceOrders(database),
    },
    statements: createStatements({
      orders: orderDeps.orders,
      rowReader,
      statements: createStatementStore(database),
      nowMs,
    }),
    queues: createQueues({ client, taskQueue, callsOutQueue }),
  };
};
