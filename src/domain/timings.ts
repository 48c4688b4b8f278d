/** Every duration and limit that more than one room needs, with its unit last. */
export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const windowSecondsRange = { min: 5, max: 7_776_000 } as const;

/** After this many failed verifications an order answers 429 until an operator renotifies or its window ends. */
export const verificationFailureLimit = 10;
/** Recorded refusals per order; past it a refusal is answered without a trace in history, so that no caller can fill it. */
export const recordedRefusalLimit = 50;
/** Updates after which an order goes on in a new run, once nothing is under way. */
export const updatesPerRun = 300;
/** The engine ends a run at 50 MB. */
export const historyMaxBytes = 20 * 1024 * 1024;
/** Updates that one run takes while something keeps it from ending (Temporal's own limit is 2,000 in all). */
export const updateLimit = 1_500;

/** No call is answered later than this; it is below the lease of a webhook-id. */
export const answerLimitMs = 12 * secondMs;

/** As long as a reader may ask to wait for what comes. */
export const waitMaxMs = 30 * secondMs;

/** A held order looks again this often. */
export const holdPollMs = 60 * secondMs;
export const heldCallDelayMs = 30 * secondMs;

/** Another process's clock may be ahead of ours by so much. */
export const clockAheadMs = 60 * secondMs;

/**
 * How soon the engine makes a call out again whose attempt ended without asking for a delay, as with its process. It grows
 * to half a minute at most: the engine's count of attempts has in it what found no place, or an open circuit.
 */
export const callRetry = { initialInterval: 2 * secondMs, maximumInterval: 30 * secondMs } as const;

/** An issuer's secret or the platform's delivery key that was replaced lives on this long, unless it is ended at once. */
export const rotationOverlapMs = 24 * hourMs;

/** After so many wrong PINs in a row, whoever sent them, an order's page is locked. */
export const pinFailureLimit = 5;
/** After four locks each is twice as long as the one before, up to a day: 200 tries in a month are few of 10,000 PINs. */
const pinLockMs = (locksBefore = 0): number => Math.min(15 * minuteMs * 2 ** Math.max(0, locksBefore - 3), dayMs);

/** After so many wrong PINs in a row, of which the last came then. */
export const pinLockEndsAtMs = ({ at, locks }: { readonly at: Date; readonly locks?: number | undefined }): number =>
  at.getTime() + pinLockMs(locks);

/** How often a UTC day an issuer may have an order's codes delivered again. */
export const redeliveriesPerDay = 5;

/** The pick-up page ends this long after delivery. */
export const pickupLifetimeMs = 30 * dayMs;
/** How long a webhook-id is remembered, and how long the engine keeps a finished order. */
export const idempotencyLifetimeMs = 30 * dayMs;
export const retentionMs = 30 * dayMs;

/** A test issuer lives so long, and its orders a day longer than the engine and kept answers know them. */
export const testIssuerLifetimeMs = 30 * dayMs;
export const testOrdersKeptMs = 31 * dayMs;
/** Since its end: nothing of it is open then. */
export const testTombstoneKeptMs = 365 * dayMs;
