import { createFailureConverter } from './failure-converter';

/** Loaded by path, by client and workers where payloads are sealed. */
export const failureConverter = createFailureConverter(true);
