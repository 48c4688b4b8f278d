import { saysTaken } from './bad-replies';
import { crashPointNames } from './crash-points';
import { badMailReplies, badSmsReplies } from './plan';
import { type Sometimes, thenTaken } from './sometimes';

/**
 * What the short plan must have reached to have shown anything; every seed does. Not the reconciler's own counts: a pass
 * that dies has told none, while what only it can mend (a start, a claim, an event) stands here as its crash point.
 */
const needed = [
  ...crashPointNames.map((point) => `crash point: ${point}`),
  'fault: kill api',
  'fault: kill worker',
  'fault: kill temporal',
  'fault: kill database',
  'fault: stop api',
  'fault: stop worker',
  'fault: stop temporal',
  'fault: stop database',
  'a call without an answer: broken',
  'a request repeated after a lost answer',
  'a kept answer repeated',
  '503: verification',
  '202 queued: codes',
  'an order cancelled by its issuer',
  'codes for a closed order',
  'refused: in_progress',
  'refused: not_verified',
  'refused: code_reused',
  'refused: idempotency_mismatch',
  'repeated although it was taken: order.paid',
  'repeated although it was taken: order.code_requested',
  // Its first try died with its worker: only the reconciler tells it again.
  'repeated although it was taken: an event',
  // After `ok`, `cut_after_data` and `never` it was taken before, and the answer lost.
  ...['ok', ...badMailReplies].filter((reply) => reply !== 'slow').map((reply) => thenTaken(`mail: ${reply}`)),
  'SMS: ok, then taken',
  ...badSmsReplies.filter((reply) => !saysTaken(reply)).map((reply) => thenTaken(`SMS: ${reply}`)),
  'a delivery repeated',
  'a delivery repeated although it was taken',
];

export const notReached = (sometimes: Sometimes): string[] => needed.filter((name) => (sometimes[name] ?? 0) === 0);
