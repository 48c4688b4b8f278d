import * as pickup from './buyer/pickup';
import * as sendLink from './buyer/send-link';
import * as issuerAfterSale from './issuer/after-sale';
import * as issuerProof from './issuer/callback-proof';
import * as issuerCalls from './issuer/calls';
import * as issuerConformance from './issuer/conformance';
import * as issuerEcho from './issuer/echo';
import * as issuerFeed from './issuer/event-feed';
import * as issuerFailures from './issuer/failures';
import * as issuerMessages from './issuer/messages';
import * as issuerOperations from './issuer/order-operations';
import * as issuerOrders from './issuer/orders';
import * as issuerPortal from './issuer/portal';
import * as issuerReconciliations from './issuer/reconciliations';
import * as issuerReplays from './issuer/replays';
import * as issuerSelf from './issuer/self';
import * as issuerStatements from './issuer/statements';
import * as approvals from './operator/approvals';
import * as audit from './operator/audit';
import * as batches from './operator/batches';
import * as operatorProof from './operator/callback-proof';
import * as calls from './operator/calls';
import * as channels from './operator/channels';
import * as comparison from './operator/comparison';
import * as operatorConformance from './operator/conformance';
import * as consoleSession from './operator/console-session';
import * as failures from './operator/failures';
import * as operatorHealth from './operator/health';
import * as issuers from './operator/issuers';
import * as operatorKeys from './operator/keys';
import * as maintenance from './operator/maintenance';
import * as orderLists from './operator/order-lists';
import * as operatorOrders from './operator/orders';
import * as overview from './operator/overview';
import * as operatorPages from './operator/pages';
import * as preview from './operator/preview';
import * as refunds from './operator/refunds';
import * as operatorSelf from './operator/self';
import * as settings from './operator/settings';
import * as statements from './operator/statements';
import * as platformHealth from './platform/health';
import * as platformKeys from './platform/keys';
import * as receipts from './platform/receipts';
import * as sourceAddresses from './platform/source-addresses';
import * as surroundings from './platform/surroundings';
import * as portal from './portal';
import type { Route } from './route';
import * as sandbox from './sandbox';

const resources = [
  ...[
    issuerOrders,
    issuerOperations,
    issuerAfterSale,
    issuerFeed,
    issuerMessages,
    issuerStatements,
    issuerReplays,
    issuerConformance,
    issuerReconciliations,
    issuerSelf,
    issuerProof,
    issuerFailures,
    issuerEcho,
    issuerCalls,
    issuerPortal,
    portal,
    sandbox,
  ],
  ...[
    orderLists,
    operatorOrders,
    batches,
    failures,
    comparison,
    operatorConformance,
    refunds,
    issuers,
    operatorProof,
    preview,
    statements,
    settings,
    calls,
    channels,
    operatorHealth,
    maintenance,
    operatorSelf,
  ],
  ...[operatorKeys, approvals, audit, consoleSession, overview, operatorPages],
  ...[sendLink, pickup, platformKeys, sourceAddresses, receipts, platformHealth, surroundings],
];

const isRoute = (exported: unknown): exported is Route =>
  typeof exported === 'object' && exported !== null && 'answers' in exported && 'path' in exported;

/** Every declared call, in the order in which the docs tell them. */
export const routes: readonly Route[] = resources.flatMap((resource) =>
  Object.values<unknown>(resource).filter(isRoute),
);
