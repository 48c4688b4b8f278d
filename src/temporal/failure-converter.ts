import { DefaultFailureConverter } from '@temporalio/common';

/** Loaded by path by the client, the workers, replays and the workflow bundle alike: messages and stacks are sealed. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
