import type { runBatch } from '../contract/operator/batches';
import type { startConformanceOf } from '../contract/operator/conformance';
import type { endSessions } from '../contract/operator/console-session';
import type { changeIssuer, createIssuer, createIssuerPortalLink } from '../contract/operator/issuers';
import type { changeMaintenance } from '../contract/operator/maintenance';
import type { findOrdersByCode } from '../contract/operator/order-lists';
import type { previewIssuer } from '../contract/operator/preview';
import type { replacePlatformSettings } from '../contract/operator/settings';
import type { WrittenBody } from '../contract/route';

/** What the operator API takes, as its routes declare it: no code of it comes into the browser. */
export type BatchRequest = WrittenBody<typeof runBatch>;
export type CreateIssuer = WrittenBody<typeof createIssuer>;
export type ChangeIssuer = WrittenBody<typeof changeIssuer>;
export type EndSessions = WrittenBody<typeof endSessions>;
export type FindOrder = WrittenBody<typeof findOrdersByCode>;
export type MaintenanceRequest = WrittenBody<typeof changeMaintenance>;
export type PortalLinkRequest = WrittenBody<typeof createIssuerPortalLink>;
export type PreviewRequest = WrittenBody<typeof previewIssuer>;
export type SettingsRequest = WrittenBody<typeof replacePlatformSettings>;
export type StartConformance = WrittenBody<typeof startConformanceOf>;
