import { withAdvance } from '../clock';
import type { OrderMessage } from '../messages';
import { runningWindow } from '../order';
import type { Decision, Judges, Ruling } from './ruling';

/** Of test orders: the running window, and the time of a void request, end earlier by so much. */
const judgeAdvance = (ruling: Ruling, { id, byMs }: OrderMessage & { kind: 'advance' }): Decision => {
  const { advances, voidRequest, state, verifyExtensionMs, issueExtensionMs } = ruling.facts;
  if (advances?.some((one) => one.id === id)) return ruling.done();
  ruling.change({ advances: withAdvance(advances, { id, atMs: ruling.nowMs, byMs }) });
  const running = runningWindow(state);
  if (running === 'verify') ruling.change({ verifyExtensionMs: verifyExtensionMs - byMs });
  if (running === 'issue') ruling.change({ issueExtensionMs: issueExtensionMs - byMs });
  if (voidRequest?.state === 'open') {
    ruling.change({ voidRequest: { ...voidRequest, decideByMs: voidRequest.decideByMs - byMs } });
  }
  return ruling.done();
};

export const clockJudges = { advance: judgeAdvance } satisfies Partial<Judges>;
