import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { ReplayInput } from '../src/order-messages/order-messages';
import { replaying } from './effects';

/** Sends an issuer its events once more, some at a time. The row is the truth: how far it is stands there. */
export async function replayWorkflow(input: ReplayInput): Promise<void> {
  const { issuerId, replayId, callsOutQueue } = input;
  while (!(await replaying(callsOutQueue, issuerId).replayEvents({ issuerId, replayId })).isOver) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replayWorkflow>(input);
  }
}
