import type {
  batchRequest,
  changeIssuerRequest,
  createIssuerRequest,
  maintenanceRequest,
  settingsRequest,
} from '../contract/operator';

/** What the operator API takes, by the contract's own schemas: no code of it comes into the browser. */
export type BatchRequest = (typeof batchRequest)['_input'];
export type CreateIssuer = (typeof createIssuerRequest)['_input'];
export type ChangeIssuer = (typeof changeIssuerRequest)['_input'];
export type MaintenanceRequest = (typeof maintenanceRequest)['_input'];
export type SettingsRequest = (typeof settingsRequest)['_input'];
