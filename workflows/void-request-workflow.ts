import { condition, setHandler } from '@temporalio/workflow';
import { type VoidRequestInput, voidDecided, voidTimeMoved } from '../src/order-messages/order-messages';
import { callsOut, deciding, keepTrying } from './effects';
import { ongoing } from './ongoing';

/** Asks the issuer whether codes can be destroyed, and waits for a decision until its time is over. The row is the truth. */
export async function voidRequestWorkflow(input: VoidRequestInput): Promise<string> {
  const { issuerId, orderNo, requestId } = input;
  const question = { issuerId, orderNo, requestId };
  let isOver = false;
  setHandler(voidDecided, () => {
    isOver = true;
  });
  let moves = 0;
  setHandler(voidTimeMoved, () => {
    moves += 1;
  });
  const summary = `Ask ${issuerId} whether codes of order ${orderNo} can be destroyed`;
  const asking = ongoing(async () => {
    const { kind } = await callsOut(input.callsOutQueue, issuerId, summary).askVoid(question);
    if (kind === 'over') isOver = true;
  });
  const waiting = { summary: `End the wait for ${issuerId} to decide about codes of order ${orderNo}` };
  let seen = 0;
  for (let waitMs = Math.max(1, input.decideByMs - Date.now()); ; ) {
    await condition(() => isOver || moves > seen, waitMs, waiting);
    if (isOver) break;
    // Before the row is read: a move meanwhile lets it be read again.
    seen = moves;
    const { againInMs } = await keepTrying(() => deciding.endVoidTime(question));
    if (againInMs === undefined) break;
    waitMs = againInMs;
  }
  asking.stop();
  return isOver ? 'decided' : 'time_over';
}
