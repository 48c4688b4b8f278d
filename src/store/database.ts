import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import type { AlertRow } from './alerts';
import type { AnswerRow } from './answers';
import type { ApprovalRow } from './approvals';
import type { AuditRow } from './audit';
import type { SubmissionRow } from './codes';
import type { ComparisonRow } from './comparisons';
import type { ConformanceOrderRow, ConformanceRunRow } from './conformance';
import type { DayCountRow } from './day-counts';
import type { EchoRow } from './echoes';
import type { GuessRow } from './guesses';
import type { InboxRow } from './inbox';
import type { IssuerRow } from './issuers';
import type { KeyRow } from './keys';
import type { KnownNetworkRow } from './known-networks';
import type { LedgerRow } from './ledger';
import type { MaintenanceRow } from './maintenance';
import type { OrderSettingsRow } from './order-settings';
import type { OrderRow } from './orders';
import { countPool, type PoolCounts } from './pool-counts';
import type { PortalLinkRow } from './portal-links';
import { readable, tolerant } from './readable-rows';
import type { ReconciliationPageRow, ReconciliationRow } from './reconciliations';
import type { ReplayRow } from './replays';
import type { RequestRow } from './requests';
import type { SandboxMessageRow } from './sandbox-inbox';
import type { ConsoleSessionRow, PortalSessionRow } from './sessions';
import type { StatementPartRow, StatementRow } from './statements';
import type { WorkerRow } from './workers';

/** Every call ends within this time, also against a server that was stopped (driver 7.6: see docs/decisions). */
const callLimitMs = 4_000;
const connectionsMax = 50;

export interface Collections {
  readonly orders: Collection<OrderRow>;
  readonly submissions: Collection<SubmissionRow>;
  readonly issuers: Collection<IssuerRow>;
  readonly requests: Collection<RequestRow>;
  readonly inbox: Collection<InboxRow>;
  readonly audit: Collection<AuditRow>;
  readonly keys: Collection<KeyRow>;
  readonly settings: Collection<MaintenanceRow>;
  readonly alerts: Collection<AlertRow>;
  readonly orderSettings: Collection<OrderSettingsRow>;
  readonly workers: Collection<WorkerRow>;
  readonly dayCounts: Collection<DayCountRow>;
  readonly ledger: Collection<LedgerRow>;
  readonly answers: Collection<AnswerRow>;
  readonly consoleSessions: Collection<ConsoleSessionRow>;
  readonly portalSessions: Collection<PortalSessionRow>;
  readonly portalLinks: Collection<PortalLinkRow>;
  readonly guesses: Collection<GuessRow>;
  readonly knownNetworks: Collection<KnownNetworkRow>;
  readonly approvals: Collection<ApprovalRow>;
  readonly echoes: Collection<EchoRow>;
  readonly replays: Collection<ReplayRow>;
  readonly sandboxInbox: Collection<SandboxMessageRow>;
  readonly comparisons: Collection<ComparisonRow>;
  readonly reconciliations: Collection<ReconciliationRow>;
  readonly reconciliationPages: Collection<ReconciliationPageRow>;
  readonly statements: Collection<StatementRow>;
  readonly statementParts: Collection<StatementPartRow>;
  readonly conformanceRuns: Collection<ConformanceRunRow>;
  readonly conformanceOrders: Collection<ConformanceOrderRow>;
}

export interface Database extends Collections {
  readonly db: Db;
  ping(): Promise<void>;
  poolCounts(): PoolCounts;
  close(): Promise<void>;
}

/**
 * The database's name is the URI's path, `codeferry` when it has none. Connects lazily: a start does not need it up. Every
 * call ends within `limitMs`.
 */
export const openDatabase = (uri: string, limitMs: number = callLimitMs): Database => {
  const client = new MongoClient(uri, {
    timeoutMS: limitMs,
    serverSelectionTimeoutMS: limitMs,
    connectTimeoutMS: limitMs,
    maxPoolSize: connectionsMax,
    waitQueueTimeoutMS: limitMs,
    writeConcern: { w: 'majority', journal: true },
    ignoreUndefined: true,
    // Bytes come back as Buffers, so that no other room needs the driver's types.
    ...tolerant,
  });
  const path = new URL(uri.replace(/^mongodb(\+srv)?:/, 'http:').replace(/,[^/]*/, '')).pathname.slice(1);
  const db = client.db(path || 'codeferry');
  const of = <Row extends Document>(name: keyof Collections): Collection<Row> => readable(db.collection<Row>(name));
  return {
    db,
    orders: of('orders'),
    submissions: of('submissions'),
    issuers: of('issuers'),
    requests: of('requests'),
    inbox: of('inbox'),
    audit: of('audit'),
    keys: of('keys'),
    settings: of('settings'),
    alerts: of('alerts'),
    orderSettings: of('orderSettings'),
    workers: of('workers'),
    dayCounts: of('dayCounts'),
    ledger: of('ledger'),
    answers: of('answers'),
    consoleSessions: of('consoleSessions'),
    portalSessions: of('portalSessions'),
    portalLinks: of('portalLinks'),
    guesses: of('guesses'),
    knownNetworks: of('knownNetworks'),
    approvals: of('approvals'),
    echoes: of('echoes'),
    replays: of('replays'),
    sandboxInbox: of('sandboxInbox'),
    comparisons: of('comparisons'),
    reconciliations: of('reconciliations'),
    reconciliationPages: of('reconciliationPages'),
    statements: of('statements'),
    statementParts: of('statementParts'),
    conformanceRuns: of('conformanceRuns'),
    conformanceOrders: of('conformanceOrders'),
    ping: async () => {
      await db.command({ ping: 1 });
    },
    poolCounts: countPool(client, connectionsMax),
    close: () => client.close(),
  };
};
