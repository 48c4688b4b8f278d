/** Of one address. */
export const issuersPerHour = 10;
export const issuersAliveMax = 1_000;
/** Of one test issuer, in one process. */
export const requestsPerSecond = 5;
/** Beside them, while a conformance run plays it. */
export const requestsPerSecondInRun = 40;
export const callsOutPerMinute = 60;
/** Of one test issuer, on the whole platform. */
export const ordersPerDay = 500;
/** By its clock. */
export const movesPerDay = 10_000;
export const bytesPerDay = 32 * 1024 * 1024;
/** Of any call that is kept: its answer is, too. */
export const bytesPerCallMin = 1024;
export const inboxShownMax = 100;
