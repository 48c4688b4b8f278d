import type { Express } from 'express';
import type { Logger } from 'pino';
import type { ConfiguredChannels } from '../channels/configured-channels';
import { createDrawings } from '../channels/page/drawings';
import { readMetrics } from '../contract/platform/surroundings';
import { versions as servedVersions, type Versions } from '../contract/versions';
import { isTestIssuer } from '../domain/ids';
import type { OidcSettings, OperatorWithToken } from '../domain/operator';
import { cancellableStates, type Terminal } from '../domain/order';
import { registerOrderGauges } from '../metrics/order-gauges';
import type { ProcessMetrics } from '../metrics/process-metrics';
import { createSecondPerson } from '../operator/approvals';
import { createAuditTrails } from '../operator/audit-trail';
import { createCallReader } from '../operator/calls/call-reader';
import { createOrderActions } from '../operator/order-actions';
import { createSalesReader } from '../operator/overview/sales';
import { createConsoleSampler } from '../operator/overview/sampler';
import { createHealthReader } from '../operator/platform-health';
import { registerTroubleMetrics } from '../operator/trouble-metrics';
import { createTroubleWatch } from '../operator/troubles';
import type { AddressGuard } from '../outbound/address-guard';
import { createLoadShedder, type LoadShedder, registerShedderGauge } from '../overload/load-shedder';
import { createTurns } from '../overload/taking-turns';
import { createWaitingReaders } from '../overload/waiting-readers';
import { createWorkflowStarter, registerQueueGauge, type WorkflowStarter } from '../overload/workflow-starter';
import { createTestOrders } from '../sandbox/test-orders';
import { testTerminalProblem } from '../sandbox/test-terminal';
import { deriveKey, type KeyRing } from '../sealing/key-ring';
import type { DecodePayloads } from '../sealing/payload-json';
import type { PlatformKeys } from '../sealing/platform-keys';
import type { Adapters } from '../second-interface/adapters';
import type { OrderDeps } from '../second-interface/ask-order';
import { cancelOrphan } from '../second-interface/cancel-order';
import { ownTokenOf } from '../second-interface/own-token';
import type { Statements } from '../second-interface/statements/statements';
import { takeOverMessages } from '../second-interface/take-over-messages';
import type { Approvals } from '../store/approvals';
import type { Audit } from '../store/audit';
import type { Comparisons } from '../store/comparisons';
import type { ConformanceOrders, ConformanceRuns } from '../store/conformance';
import type { Database } from '../store/database';
import type { DayCounts } from '../store/day-counts';
import type { Echoes } from '../store/echoes';
import type { EventFeed } from '../store/event-feed';
import type { Guesses } from '../store/guesses';
import type { IssuerRow, IssuerSettings, Issuers } from '../store/issuers';
import type { KnownNetworkRows } from '../store/known-networks';
import type { PortalLinks } from '../store/portal-links';
import type { Reconciliations } from '../store/reconciliations';
import type { Requests } from '../store/requests';
import type { SandboxInbox } from '../store/sandbox-inbox';
import type { SealedValues } from '../store/sealed-values';
import type { ConsoleSessionRows, PortalSessionRows } from '../store/sessions';
import type { Stats } from '../store/stats';
import type { Workers } from '../store/workers';
import type { OrderGateway } from '../temporal/order-gateway';
import type { Queues } from '../temporal/queues';
import type { EngineReadiness } from '../temporal/readiness';
import type { Troubles } from '../temporal/troubles';
import { noTracing, type Tracing } from '../tracing/tracing';
import { createConsoleSessions } from './auth/console-sessions';
import { createKnownNetworks } from './auth/known-networks';
import { oidcKeys } from './auth/oidc-keys';
import { createPortalSessions, type PortalSession } from './auth/portal-sessions';
import { createWrongTokens } from './auth/wrong-tokens';
import { mountConformance } from './conformance/conformance';
import { createRunMessages } from './conformance/run-messages';
import { mountStageCalls } from './conformance/stage-calls';
import { mountConsole } from './console/console';
import { mountDocs } from './docs/docs';
import { createApps } from './edge/apps';
import { basePathOf } from './edge/base-path';
import { createMount } from './edge/mount';
import { problemHandler } from './edge/problems';
import { mountAfterSale } from './issuer/after-sale';
import { createAuditedByIssuer } from './issuer/audited';
import { mountCallbackProof } from './issuer/callback-proof';
import { mountOwnCalls } from './issuer/calls';
import { mountEcho } from './issuer/echo';
import { mountEventFeed } from './issuer/event-feed';
import { mountOwnFailures } from './issuer/failures';
import { createIssuerAccounts } from './issuer/issuer-accounts';
import { mountMessages } from './issuer/messages';
import { mountOrderOperations } from './issuer/order-operations';
import { mountOrders } from './issuer/orders';
import { mountPreviews } from './issuer/previews';
import { mountReconciliations } from './issuer/reconciliations';
import { mountReplays } from './issuer/replays';
import { mountSelf } from './issuer/self';
import { mountStatements } from './issuer/statements';
import { mountOperatorApprovals } from './operator/approvals';
import { mountOperatorAudit } from './operator/audit';
import { mountOperatorBatches } from './operator/batches';
import { mountOperatorCalls } from './operator/calls';
import { mountOperatorChannels } from './operator/channels';
import { mountComparison } from './operator/comparison';
import { mountFailures } from './operator/failures';
import { mountOperatorHealth } from './operator/health';
import { mountOperatorIssuers } from './operator/issuers';
import { mountOperatorMaintenance } from './operator/maintenance';
import { mountOrderLists } from './operator/order-lists';
import { mountOperatorOrders } from './operator/orders';
import { mountRefunds } from './operator/refunds';
import { mountReseal } from './operator/reseal';
import { mountOperatorSelf } from './operator/self';
import { mountOperatorSettings } from './operator/settings';
import { lostLinkPage } from './pickup/lost-link';
import { createOrderWatch } from './pickup/order-watch';
import { mountPickup } from './pickup/pickup';
import { createPinLimit } from './pickup/pin-limit';
import { createShownLimit } from './pickup/shown-limit';
import { mountCodec } from './platform/codec';
import { mountHealth } from './platform/health';
import { mountKeys } from './platform/keys';
import { createMetrics } from './platform/metrics';
import { mountPreviewFrame } from './platform/preview-frame';
import { mountSourceAddresses } from './platform/source-addresses';
import { mountStartPage } from './platform/start-page';
import { createLinks } from './portal/links';
import { mountPortal } from './portal/portal';
import { mountReceipts } from './receipts/receipts';
import { mountSandbox } from './sandbox/sandbox';

/** Intents that are on their way into the audit log: few, so that whoever comes next has a turn soon. */
const auditedAtOnce = 8;

export interface AppDeps {
  readonly core: {
    readonly orderDeps: OrderDeps;
    readonly channels: ConfiguredChannels;
    readonly issuers: Issuers;
    readonly requests: Requests;
    readonly audit: Audit;
    readonly consoleSessions: ConsoleSessionRows;
    readonly portalSessions: PortalSessionRows;
    readonly portalLinks: PortalLinks;
    readonly guesses: Guesses;
    readonly knownNetworks: KnownNetworkRows;
    readonly approvals: Approvals;
    readonly stats: Stats;
    readonly dayCounts: DayCounts;
    readonly sealedValues: SealedValues;
    readonly workers: Workers;
    readonly queues: Queues;
    readonly database: Database;
    readonly metrics: ProcessMetrics;
    readonly ring: KeyRing;
    readonly keys: PlatformKeys;
    readonly gateway: OrderGateway;
    readonly echoes: Echoes;
    readonly eventFeed: EventFeed;
    readonly sandboxInbox: SandboxInbox;
    readonly statements: Statements;
    readonly reconciliations: Reconciliations;
    readonly comparisons: Comparisons;
    readonly conformance: { readonly runs: ConformanceRuns; readonly orders: ConformanceOrders };
    readonly onEngineCall: (listener: LoadShedder['note']) => void;
    readonly engine: EngineReadiness;
    readonly troubles: Troubles;
    readonly decodePayloads: DecodePayloads;
  };
  readonly config: {
    readonly publicUrl: string;
    /** Where operators have an address of their own. */
    readonly admin?: { readonly url: string } | undefined;
    /** It sells orders by itself: pages say so. */
    readonly isDemo?: boolean;
    /** Anybody may make a test issuer. */
    readonly hasSandbox?: boolean;
    readonly sourceAddresses?: readonly string[];
    readonly operators: readonly OperatorWithToken[];
    readonly oidc?: OidcSettings | undefined;
    readonly sealPayloads: boolean;
    readonly codecSecret: string | undefined;
    readonly trustedProxies?: readonly string[];
    readonly temporalUiUrl?: string | undefined;
    readonly temporal?: { readonly namespace: string };
  };
  readonly guard: AddressGuard;
  readonly tracing?: Tracing;
  readonly adapters: Adapters;
  /** Given by tests: others than those of the contract. */
  readonly versions?: Versions;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** The whole HTTP side, without ports: tests mount it on their own. `adminApp`: of operators, where they have an address. */
export const createApp = ({
  core,
  config,
  guard,
  tracing = noTracing,
  adapters,
  versions = servedVersions,
  log,
  nowMs,
}: AppDeps): { app: Express; adminApp: Express | undefined; starter: WorkflowStarter } => {
  const { orderDeps, issuers, ring, requests, keys, database, gateway } = core;
  const { rowReader } = orderDeps;
  const starter = createWorkflowStarter({ gateway, log });
  const audit = createAuditTrails({ audit: core.audit, inTurn: createTurns(auditedAtOnce).run, nowMs, log });

  const terminalProblem = async (terminal: Terminal, issuerId: string, callback?: IssuerSettings['callback']) => {
    const problem = await core.channels.problemOf(terminal, guard.of(issuerId));
    if (problem || !isTestIssuer(issuerId)) return problem;
    return testTerminalProblem(terminal, callback ?? (await issuers.find(issuerId))?.callback);
  };

  const settingsProblem = async (
    { callback, terminal }: Pick<IssuerSettings, 'callback' | 'terminal'>,
    issuerId: string,
  ) => {
    if (callback?.kind === 'function' && !adapters.has(callback.name)) {
      return { path: '/callback/name', code: 'function_unknown', message: 'is not a function named in ADAPTERS' };
    }
    if (callback?.kind === 'url') {
      const problem = await guard.of(issuerId).urlProblem(callback.url);
      if (problem) return { path: '/callback/url', ...problem };
    }
    return terminal ? terminalProblem(terminal, issuerId, callback) : null;
  };

  const cancelOpenSoon = (issuerId: string): void => {
    const cancelAll = async (): Promise<void> => {
      const open = await orderDeps.orders.openOf(issuerId, cancellableStates, 100);
      for (const order of open) await cancelOrphan(orderDeps, order);
    };
    cancelAll().catch((error: unknown) => log.warn({ err: error }, 'the reconciler will cancel what is left'));
  };

  const { registry } = core.metrics;
  const metrics = createMetrics(registry);
  core.metrics.collectOwnProcess('codeferry_');
  registerOrderGauges({ registry, stats: core.stats, engine: core.engine, nowMs });
  const troubleWatch = createTroubleWatch({
    troubles: core.troubles,
    stats: core.stats,
    comparisons: core.comparisons,
    settings: orderDeps.settings,
    nowMs,
    log,
  });
  registerTroubleMetrics(registry, troubleWatch);
  const { operators, temporalUiUrl, publicUrl, admin, trustedProxies = [] } = config;
  const basePath = basePathOf(publicUrl);
  const consoleUrl = admin?.url ?? publicUrl;
  const { observe } = metrics;
  const apps = createApps({
    publicUrl,
    adminUrl: admin?.url,
    trustedProxies,
    observe,
    tracing,
    log,
    nowMs,
    versions,
  });
  const [first] = operators;
  const oidc = config.oidc &&
    first && { settings: config.oidc, keys: oidcKeys(config.oidc, first.token), publicUrl: consoleUrl };
  const sessions = createConsoleSessions({
    operators,
    rows: core.consoleSessions,
    rowReader,
    outsideKey: oidc?.keys.session,
    publicUrl: consoleUrl,
    nowMs,
  });
  const knownNetworks = createKnownNetworks({
    rows: core.knownNetworks,
    key: deriveKey(orderDeps.fingerprintKey, 'operator networks'),
    nowMs,
    log,
  });
  knownNetworks.look();
  const wrongTokens = createWrongTokens({ guesses: core.guesses, knownNetworks, registry, nowMs, log });
  const portalSessions = createPortalSessions({ rows: core.portalSessions, rowReader, ring, publicUrl, nowMs });
  const audited = createAuditedByIssuer({ audit, dayCounts: core.dayCounts, nowMs });
  const mount = createMount(apps, {
    dayCounts: core.dayCounts,
    issuers,
    ring,
    basePath,
    nowMs,
    versions,
    requests,
    bodyKey: deriveKey(orderDeps.fingerprintKey, 'request bodies'),
    operator: { operators, sessions, wrongTokens },
    portal: { sessions: portalSessions, audited, tokenOf: ownTokenOf(orderDeps) },
    audit,
    isPlayed: async (issuerId) => (await core.conformance.runs.runningOf(issuerId)) !== null,
  });
  mountStageCalls(mount, { ...core.conformance, ring, nowMs, fingerprintKey: orderDeps.fingerprintKey });
  mountHealth(mount, {
    engine: core.engine,
    database,
    maintenance: orderDeps.maintenance,
    workers: core.workers,
    nowMs,
  });
  mountKeys(mount, keys);
  mountSourceAddresses(mount, config.sourceAddresses ?? []);
  mountReseal(mount, { ring, sealedValues: core.sealedValues, nowMs });
  const loadShedder = createLoadShedder({ backlog: starter.backlog });
  core.onEngineCall(loadShedder.note);
  registerShedderGauge(registry, loadShedder);
  registerQueueGauge(registry, starter);
  const testOrders = createTestOrders(core.dayCounts, nowMs);
  mountOrders(mount, { orderDeps, publicUrl, terminalProblem, testOrders, startSoon: starter.startSoon }, loadShedder);
  mountOrderOperations(mount, orderDeps);
  mountAfterSale(mount, orderDeps, terminalProblem);
  const readers = createWaitingReaders();
  mountEventFeed(mount, { feed: core.eventFeed, readers, rowReader });
  mountMessages(mount, {
    ...{ orderDeps, issuers, readers },
    runMessages: createRunMessages({ ...core.conformance, ring, fingerprintKey: orderDeps.fingerprintKey, nowMs }),
  });
  mountReconciliations(mount, {
    ...{ orders: orderDeps.orders, rowReader, dayCounts: core.dayCounts, nowMs },
    reconciliations: core.reconciliations,
  });
  mountStatements(mount, { statements: core.statements, issuers, nowMs });
  mountEcho(mount, { gateway, echoes: core.echoes, dayCounts: core.dayCounts, nowMs });
  const takeOver = (issuerId: string, kind: IssuerRow['callback']['kind']): Promise<void> =>
    takeOverMessages(orderDeps, issuerId, kind).catch((error: unknown) =>
      log.warn({ issuerId, err: error }, 'what is pending goes the new way with the next attempts'),
    );
  const { settings } = orderDeps;
  const links = createLinks({ links: core.portalLinks, ring, rowReader, publicUrl, nowMs });
  /** `issuer`: as whoever put the others out has made it. Since then somebody else may have put this one out as well. */
  const clearOut = async (issuer: Pick<IssuerRow, '_id' | 'generation'>, except?: PortalSession): Promise<number> => {
    if (except) await portalSessions.keep(except, issuer);
    await links.end(issuer._id);
    return portalSessions.end({ name: issuer._id, ...(except ? { _id: { $ne: except.id } } : {}) });
  };
  const accounts = createIssuerAccounts({
    issuers,
    ring,
    nowMs,
    settings,
    versions,
    rowReader,
    settingsProblem,
    takeOver,
    clearOut,
  });
  mountOperatorIssuers(mount, {
    issuers,
    accounts,
    platformSettings: settings.platform,
    nowMs,
    cancelOpenSoon,
  });
  mountOwnFailures(mount, orderDeps);
  if (config.hasSandbox) {
    mountSandbox(mount, {
      orderDeps,
      issuers,
      dayCounts: core.dayCounts,
      inbox: core.sandboxInbox,
      ring,
      accounts,
      nowMs,
    });
  }
  mountPreviews(mount, { issuers, publicUrl, nowMs });
  mountSelf(mount, { orderDeps, issuers, accounts, audited, channels: core.channels, versions });
  mountCallbackProof(mount, {
    ...{ issuers, settings, gateway, audited, fingerprintKey: orderDeps.fingerprintKey, nowMs },
    urlProblem: (url, issuerId) => guard.of(issuerId).urlProblem(url),
  });
  mountReplays(mount, { orderDeps, issuers, audited });
  mountConformance(mount, {
    ...{ runs: core.conformance.runs, rowReader, dayCounts: core.dayCounts, gateway, issuers, audited, nowMs },
    platformSettings: settings.platform,
  });
  mountPortal(mount, {
    ...{ links, clearOut, issuers, rowReader },
    sessions: portalSessions,
    audit,
    audited,
    publicUrl,
  });
  const actions = createOrderActions(orderDeps);
  const secondPerson = createSecondPerson({
    approvals: core.approvals,
    hasProvider: oidc !== undefined,
    orderDeps,
  });
  const readHealth = createHealthReader({ queues: core.queues, workers: core.workers, nowMs });
  mountOrderLists(mount, { orderDeps, issuers });
  mountOperatorOrders(mount, {
    orderDeps,
    actions,
    secondPerson,
    terminalProblem,
    troubles: core.troubles,
    readHealth,
  });
  mountOperatorApprovals(mount, { orderDeps, actions, secondPerson });
  mountOperatorAudit(mount, { auditLog: core.audit, rowReader });
  mountOperatorBatches(mount, { orderDeps, issuers, actions });
  mountOperatorHealth(mount, readHealth);
  const calls = createCallReader(orderDeps, readHealth);
  mountOperatorCalls(mount, { orderDeps, issuers, actions, calls });
  mountOwnCalls(mount, calls);
  mountOperatorSelf(mount);
  mountOperatorMaintenance(mount, { maintenance: orderDeps.maintenance, rowReader, nowMs });
  mountOperatorChannels(mount, core.channels);
  mountOperatorSettings(mount, { orderDeps, issuers });
  mountComparison(mount, core.comparisons, nowMs);
  mountFailures(mount, { orderDeps, watch: troubleWatch });
  mountRefunds(mount, { orderDeps, stats: core.stats });
  mountPickup(mount, {
    orderDeps,
    issuers,
    publicUrl,
    basePath,
    drawings: createDrawings(nowMs),
    dayCounts: core.dayCounts,
    shownLimit: createShownLimit(nowMs),
    pinLimit: createPinLimit(),
    wallets: core.channels.wallets,
    watch: createOrderWatch(orderDeps.orders, log),
  });
  if (config.sealPayloads) mountCodec(mount, { decodePayloads: core.decodePayloads, wrongTokens, ...config });
  mountConsole(mount, {
    basePath: basePathOf(consoleUrl),
    isDemo: config.isDemo ?? false,
    sampler: createConsoleSampler({ stats: core.stats, rowReader, troubles: troubleWatch, nowMs, log }),
    readSales: createSalesReader({ stats: core.stats, rowReader, nowMs }),
    sessions,
    rowReader,
    operators,
    wrongTokens,
    knownNetworks,
    audit,
    dayCounts: core.dayCounts,
    log,
    nowMs,
    oidc,
    temporalUi: temporalUiUrl ? { url: temporalUiUrl, namespace: config.temporal?.namespace ?? 'default' } : undefined,
  });
  mountReceipts(mount, { orderDeps, channels: core.channels.withReceipts(), secret: core.channels.receiptSecret });
  mountDocs(mount, core.channels, config.hasSandbox ?? false, { publicUrl, adminUrl: admin?.url });
  mountPreviewFrame(mount);
  mountStartPage(mount, { publicUrl, adminUrl: admin?.url, isDemo: config.isDemo ?? false });
  mount.bare(readMetrics, metrics.serve);
  mount.finish();
  apps.public.use(lostLinkPage(basePath), problemHandler(log));
  if (!admin) return { app: apps.public, adminApp: undefined, starter };
  apps.operators.use(problemHandler(log));
  return { app: apps.public, adminApp: apps.operators, starter };
};
