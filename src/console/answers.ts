import type { listApprovals, revealApproval } from '../contract/operator/approvals';
import type { listAudit } from '../contract/operator/audit';
import type { runBatch } from '../contract/operator/batches';
import type { listCalls, readCall } from '../contract/operator/calls';
import type { listChannels } from '../contract/operator/channels';
import type { readComparison } from '../contract/operator/comparison';
import type { listConformanceOf, readConformanceOf } from '../contract/operator/conformance';
import type { listSessions, readSession } from '../contract/operator/console-session';
import type { listFailures } from '../contract/operator/failures';
import type { readIssuer } from '../contract/operator/issuers';
import type { listDeliveryKeys } from '../contract/operator/keys';
import type { readMaintenance } from '../contract/operator/maintenance';
import type { operatorCancelOrder, readOperatorOrder, readWhy, redeliverOrder } from '../contract/operator/orders';
import type { previewIssuer } from '../contract/operator/preview';
import type { listRefunds } from '../contract/operator/refunds';
import type { readOrderSettings, readPlatformSettings } from '../contract/operator/settings';
import type { Timeline } from '../contract/order';
import type { readReadiness } from '../contract/platform/health';
import type { GivenBody } from '../contract/route';

/** What the operator API answers, as its routes declare it: no code of it comes into the browser. */
export type { IssuerCall } from '../contract/operator/calls';
export type { PlatformHealth } from '../contract/operator/health';
export type { Overview, Sales } from '../contract/operator/overview';

export interface OrderName {
  readonly issuerId: string;
  readonly orderNo: string;
}

export type OrderAnswer = GivenBody<typeof readOperatorOrder>;

/** An action on an order that the engine could not be asked about is written down instead. */
export type Acted = OrderAnswer | GivenBody<typeof operatorCancelOrder> | GivenBody<typeof redeliverOrder>;

export type ComparisonAnswer = GivenBody<typeof readComparison>;
export type ConformanceRunsAnswer = GivenBody<typeof listConformanceOf>;
export type ConformanceRunAnswer = GivenBody<typeof readConformanceOf>;
export type TimelineAnswer = Timeline;
export type WhyAnswer = GivenBody<typeof readWhy>;
export type SettingsAnswer = GivenBody<typeof readPlatformSettings>;
export type Effective = SettingsAnswer['effective'];
export type OrderSettingsAnswer = GivenBody<typeof readOrderSettings>;
export type IssuerAnswer = GivenBody<typeof readIssuer>;
export type Callback = IssuerAnswer['callback'];
export type IssuerCallsAnswer = GivenBody<typeof listCalls>;
export type IssuerCallAnswer = GivenBody<typeof readCall>;
export type OfferedChannel = GivenBody<typeof listChannels>['data'][number];
export type BatchAnswer = GivenBody<typeof runBatch>;
export type MaintenanceAnswer = GivenBody<typeof readMaintenance>;
export type DeliveryKeysAnswer = GivenBody<typeof listDeliveryKeys>;
export type FailureAnswer = GivenBody<typeof listFailures>['data'][number];
export type ApprovalAnswer = GivenBody<typeof listApprovals>['data'][number];
export type RevealedAnswer = GivenBody<typeof revealApproval>;
export type PreviewAnswer = GivenBody<typeof previewIssuer>;
export type RefundsAnswer = GivenBody<typeof listRefunds>;
export type AuditAnswer = GivenBody<typeof listAudit>['data'][number];
export type SessionAnswer = GivenBody<typeof readSession>;
export type ConsoleSessionsAnswer = GivenBody<typeof listSessions>;
export type ReadinessAnswer = GivenBody<typeof readReadiness>;
