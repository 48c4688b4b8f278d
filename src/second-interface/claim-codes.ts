import type { Code } from '../contract/code';
import { bodyInvalid } from '../contract/problem';
import { Failure } from '../domain/failures';
import { submissionId } from '../domain/ids';
import { itemOf } from '../domain/items';
import type { CodeReference, OrderMessage } from '../domain/messages';
import type { HeldCode } from '../domain/order';
import { bindClaim } from '../sealing/claim-row';
import { SealBroken } from '../sealing/key-ring';
import { openOrder } from '../sealing/order-row';
import type { ClaimedRow, SubmissionRow } from '../store/codes';
import type { OrderRow } from '../store/orders';
import { askOrder, engineUnavailable, type Judged, type OrderDeps } from './ask-order';
import { references } from './code-references';
import { markTaken } from './codes-in-place';

export type CodesMessage = OrderMessage & { readonly kind: 'codes' };

export interface ClaimedCodes {
  readonly message: CodesMessage;
  /** Absent where another order, or this one, holds a value already: nothing was written. */
  readonly submission?: SubmissionRow;
  /** Accepted calls that gave all of these values to this very order before. */
  readonly heldBy?: readonly ClaimedRow[];
}

/** Begins the name of what a replacement claims. */
export const replacementPrefix = 'replacement/';

/**
 * Each round brings another call's claim to a verdict: many calls at once with the same codes take turns. One round
 * may take as long as the order takes to answer, so the rounds have a limit in time as well.
 */
export const takingTurns = { triesMax: 12, limitMs: 6_000 } as const;

/** What an order that took this call holds of it. */
export const heldCodesOf = ({ _id, codes }: Pick<ClaimedRow, '_id' | 'codes'>): HeldCode[] =>
  codes.map(({ itemId, fingerprint: whole, valueFingerprint }) => ({
    itemId,
    fingerprint: whole,
    valueFingerprint,
    submissionId: _id,
  }));

export const codesMessage = (id: string, codes: readonly CodeReference[], reused: boolean): CodesMessage => ({
  kind: 'codes',
  isRightToken: true,
  submissionId: id,
  items: codes.map(({ itemId, fingerprint: whole, valueFingerprint, uses, startsAtMs, expiresAtMs }) => ({
    itemId,
    fingerprint: whole,
    valueFingerprint,
    ...(uses !== undefined ? { uses } : {}),
    ...(startsAtMs !== undefined ? { startsAtMs } : {}),
    ...(expiresAtMs !== undefined ? { expiresAtMs } : {}),
  })),
  reused,
});

/** Only the rows of 0.1.0 lack a number in small letters. */
const referencesOf = (deps: OrderDeps, { issuerId, orderNoLower }: OrderRow, codes: readonly Code[]): CodeReference[] =>
  references(deps, issuerId, codes, orderNoLower === undefined);

/** Codes told with a wrong token: the order hears of them by reference, and nothing is written. */
export const referenceOnly = (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  codes: readonly Code[],
): CodesMessage => ({
  ...codesMessage(submissionId(row, updateId), referencesOf(deps, row, codes), false),
  isRightToken: false,
});

export const submissionRow = (deps: OrderDeps, row: OrderRow, updateId: string, codes: readonly Code[]) => {
  const keys = openOrder(deps.ring, row);
  const items = referencesOf(deps, row, codes);
  const claim = {
    _id: submissionId(row, updateId),
    orderId: row._id,
    issuerId: row.issuerId,
    orderNo: row.orderNo,
    updateId,
    codes: codes.map((code, n) => ({
      ...(items[n] as CodeReference),
      sealed: keys.codes.seal(Buffer.from(JSON.stringify(code)), `code:${row._id}`),
    })),
    at: new Date(deps.nowMs()),
  };
  return { ...claim, ...bindClaim(keys, claim) };
};

/**
 * Seals the codes of one call and claims them in the store, before anything of them goes to the engine. Called for
 * `/codes` and for the answer to `order.code_requested`.
 */
export const claimCodes = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  codes: readonly Code[],
): Promise<ClaimedCodes> => {
  const draft = submissionRow(deps, row, updateId, codes);
  const endMs = performance.now() + takingTurns.limitMs;
  for (let n = 0; n < takingTurns.triesMax && performance.now() < endMs; n += 1) {
    const claim = await deps.codes.claimFor(draft);
    if (claim.kind === 'claimed') {
      await requireNotExpired(deps, claim.row);
      return claimed(claim.row);
    }
    // The same call again, whose first handler may still be at work: what is settled stays so.
    if (claim.kind === 'same') {
      const open = expectOurs(await deps.codes.askAgain(row, draft._id));
      const heldBy = claim.row.status === 'accepted' ? { heldBy: [claim.row] } : {};
      return open ? claimed(open) : { ...claimed(claim.row), ...heldBy };
    }
    if (claim.kind === 'mismatch') throw new Failure('idempotency_mismatch');
    if (claim.kind === 'held') return { message: codesMessage(draft._id, draft.codes, false), heldBy: claim.rows };
    if (claim.kind === 'reused') return { message: codesMessage(draft._id, draft.codes, true) };
    // Another call of this order holds a value and has no verdict yet: bring it to the order first.
    if ((await judgeSubmission(deps, row, claim.row)) === 'unavailable') throw engineUnavailable();
  }
  throw new Failure('unavailable', { retryAfterSeconds: 1 });
};

/** Of codes that no order holds yet: a repeat of those that have expired since is answered as before. */
export const requireNotExpired = async (
  { codes, nowMs }: Pick<OrderDeps, 'codes' | 'nowMs'>,
  claim: SubmissionRow,
  placeOf = (n: number): string => `/codes/${n}`,
): Promise<void> => {
  const errors = claim.codes.flatMap(({ expiresAtMs = Number.POSITIVE_INFINITY }, n) =>
    expiresAtMs > nowMs() ? [] : [{ path: `${placeOf(n)}/expiresAt`, code: 'custom', message: 'is past' }],
  );
  if (errors.length === 0) return;
  await codes.release(claim);
  throw bodyInvalid(errors);
};

/** A claim without a verdict, asked (again) by a competing call or by the reconciler: `open` where someone else has asked since. */
export const judgeSubmission = async (
  deps: OrderDeps,
  row: OrderRow,
  submission: Pick<SubmissionRow, '_id'>,
): Promise<'settled' | 'open' | 'unavailable'> => {
  const asking = expectOurs(await deps.codes.askAgain(row, submission._id));
  if (!asking) return 'settled';
  const { updateId, _id, codes } = asking;
  if (updateId.startsWith(replacementPrefix)) {
    await settleReplacement(deps, row, asking);
    return 'settled';
  }
  const judged = await askOrder(deps, row, updateId, codesMessage(_id, codes, false));
  if (judged === 'unavailable') return 'unavailable';
  return (await settleClaim(deps, asking, judged)) ? 'settled' : 'open';
};

/** @throws SealBroken */
const expectOurs = <Row>(row: Row | 'tampered'): Row => {
  if (row === 'tampered') throw new SealBroken('the claim is not as the platform wrote it');
  return row;
};

/**
 * What became of a replacement whose call died or lost its answer: the row says whether it took these items, and they are
 * this call's where no other one gave them. Called by the reconciler, and by the same call when it comes again.
 */
export const settleReplacement = async (
  { codes }: Pick<OrderDeps, 'codes'>,
  row: OrderRow,
  submission: SubmissionRow,
): Promise<void> => {
  await markTaken({ codes }, row);
  const itemIds = submission.codes.map(({ itemId }) => itemId);
  const isTaken = itemIds.every((itemId) => itemOf(row.facts, itemId).replaces !== undefined);
  const others = isTaken ? await codes.references(row, itemIds) : [];
  if (isTaken && others.every(({ submissionId: id }) => id === submission._id))
    await codes.markAccepted([submission._id]);
  else await codes.release(submission);
};

const claimed = (row: SubmissionRow): ClaimedCodes => ({
  message: codesMessage(row._id, row.codes, false),
  submission: row,
});

/**
 * Writes the verdict on the claim: held, late, or let go. Resolves to false where another caller has asked the order again
 * since: a refusal that time can undo may have become an acceptance, and the newer verdict counts.
 */
export const settleClaim = async (
  { codes }: OrderDeps,
  submission: SubmissionRow,
  { answer, isHeld, isProjected }: Pick<Judged, 'answer' | 'isHeld' | 'isProjected'>,
): Promise<boolean> => {
  if (isHeld) {
    if (!isProjected || submission.status === 'accepted') await codes.markAccepted([submission._id]);
    return true;
  }
  if (answer.kind === 'refused' && answer.late) {
    await codes.markLate(submission._id);
    return true;
  }
  const isLetGo = await codes.release(submission);
  // A repeat of what the order holds under another call's name: whoever asks again hears the same.
  return isLetGo || answer.kind === 'codes';
};

/** The order is closed and another one holds the value: kept sealed, as every late code is. */
export const keepLate = (deps: OrderDeps, row: OrderRow, updateId: string, codes: readonly Code[]): Promise<void> =>
  deps.codes.keepLate(submissionRow(deps, row, updateId, codes));
