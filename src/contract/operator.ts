import { z } from 'zod';
import { terminal } from '../channels/terminals';
import { orderStates } from '../domain/order';
import { callsAtOnceRange } from '../domain/settings';
import { integer, issuerId, text, url, windowSeconds } from './fields';
import { cursor, limit } from './query';

/** Operator API: what an operator's tools send. */
export const callback = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('url'), url }),
  z.strictObject({ kind: z.literal('function'), name: text(1, 64) }),
]);

/** Seconds between tries; the last one of a notice repeats until the window closes, events end after theirs. */
const delaysSeconds = z.array(integer(1, 86_400)).min(1).max(50);

/** Of a product; an issuer and the platform have `callsAtOnce` as well. */
const productSettings = {
  verifyWindowSeconds: windowSeconds,
  issueWindowSeconds: windowSeconds,
  noticeDelaysSeconds: delaysSeconds,
  eventDelaysSeconds: delaysSeconds,
  deliveryDelaysSeconds: delaysSeconds,
};

const orderSettings = { ...productSettings, callsAtOnce: integer(callsAtOnceRange.min, callsAtOnceRange.max) };

/** All of one level: what is left out is inherited. */
export const settingsRequest = z.strictObject(orderSettings).partial();

/** Named, so that whoever sets it for a product hears where it belongs and not that there is no such field. */
export const productSettingsRequest = z
  .strictObject({
    ...productSettings,
    callsAtOnce: z.never({ error: 'is set for the platform or an issuer: all products of an issuer have one server' }),
  })
  .partial();

const settings = {
  name: text(1, 200),
  callback,
  codeMode: z.enum(['request', 'push']),
  terminal,
  publicKey: z.string().regex(/^whpk_[A-Za-z0-9+/]{43}=$/),
  signDeliveriesWithIssuerSecret: z.boolean(),
  codeInMessage: z.boolean(),
};

export const createIssuerRequest = z.strictObject({
  ...settings,
  ...settingsRequest.shape,
  issuerId,
  terminal: settings.terminal.optional(),
  publicKey: settings.publicKey.optional(),
  signDeliveriesWithIssuerSecret: settings.signDeliveriesWithIssuerSecret.optional(),
  codeInMessage: settings.codeInMessage.optional(),
});

export const changeIssuerRequest = z.strictObject({ ...settings, ...orderSettings }).partial();

export const rotateSecretRequest = z.strictObject({ endOldNow: z.boolean().default(false) });
/** One part of the sealing anew; `cursor` is of the part before. */
export const resealRequest = z.strictObject({
  limit: integer(1, 5_000).default(1_000),
  cursor: z.string().min(1).max(1_024).optional(),
});

export const redeliverRequest = z.strictObject({ terminal: terminal.optional() });
export const extendRequest = z.strictObject({ seconds: windowSeconds });
export const noBody = z.strictObject({});
export const operatorCancelRequest = z.strictObject({ reason: text(1, 512).default('operator') });

/** The switch that stops new orders; the reason is for other operators to read. */
export const maintenanceRequest = z.strictObject({ on: z.boolean(), reason: text(1, 200).optional() });

/** The console's sign-in: the token for a session. */
export const signInRequest = z.strictObject({ token: z.string().min(1).max(512) });

/**
 * One action on many orders; `dryRun` only counts. `apply_settings` lengthens running windows to what is set today. A call
 * takes up to `limit` orders and tells the cursor of the next one.
 */
export const batchRequest = z.strictObject({
  filter: z.strictObject({
    issuerId: issuerId.optional(),
    productId: text(1, 64).optional(),
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
    state: z.enum(orderStates).optional(),
  }),
  action: z.enum(['renotify', 'redeliver', 'cancel', 'void', 'apply_settings']),
  dryRun: z.boolean().default(false),
  limit: integer(1, 500).default(500),
  cursor: z.string().min(1).max(512).optional(),
});

export const operatorListQuery = z.strictObject({
  issuerId: z.string().min(1).max(64).optional(),
  state: z.enum(orderStates).optional(),
  q: z.string().min(1).max(64).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  limit,
  cursor: cursor.optional(),
});

/** Its cursor is the last product's id. */
export const productsQuery = z.strictObject({ limit, cursor: text(1, 64).optional() });
export const callsQuery = z.strictObject({ limit, failed: z.enum(['true', 'false']).optional() });
