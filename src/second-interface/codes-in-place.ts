import { Failure } from '../domain/failures';
import { itemCount } from '../domain/items';
import { isRefusedAtOnce } from '../domain/judge/decide';
import type { OrderMessage } from '../domain/messages';
import type { HeldCode } from '../domain/order';
import { SealBroken } from '../sealing/key-ring';
import type { Codes } from '../store/codes';
import type { OrderRow, Orders } from '../store/orders';

/** Those that the judge of a message asks for, by reference: none where it refuses whichever the order holds. */
export const codesAsked = async (
  { codes, nowMs }: Pick<Deps, 'codes' | 'nowMs'>,
  row: OrderRow,
  message: OrderMessage,
  itemIds?: readonly string[],
): Promise<HeldCode[]> => (isRefusedAtOnce(row.facts, message, nowMs()) ? [] : codes.references(row, itemIds));

interface Deps {
  readonly codes: Codes;
  readonly orders: Orders;
  readonly nowMs: () => number;
}

/**
 * Called before all codes of an order are read. Its call marks the newest replacement's claim after the row says that it is
 * taken, and may die in between.
 */
export const markTaken = async (
  { codes }: Pick<Deps, 'codes'>,
  { takenClaim }: Pick<OrderRow, 'takenClaim'>,
): Promise<void> => {
  if (takenClaim !== undefined) await codes.markAccepted([takenClaim]);
};

/** Codes are gone, or there are too many: a purge that was cut short is nobody's doing, and goes on by itself. */
const note = async ({ codes, orders, nowMs }: Deps, row: OrderRow): Promise<void> => {
  if (!(await codes.isBeingPurged(row))) await orders.noteTampered(row._id, new Date(nowMs()));
};

/**
 * As they are sealed, with whether some of those are gone that its row says it has: then a person hears of it.
 *
 * @throws SealBroken where there are more of them
 */
export const codesInPlace = async (deps: Deps, row: OrderRow) => {
  await markTaken(deps, row);
  const codes = await deps.codes.accepted(row);
  const count = itemCount(row.facts);
  // The row is older than they are: whoever gives them out looks at it once more.
  const isOf = codes.length === count || (await deps.orders.find(row))?.version !== row.version;
  if (!isOf) await note(deps, row);
  if (!isOf && codes.length > count) throw new SealBroken('there are more codes than the order took');
  return { codes, lacksSome: codes.length < count };
};

/** All of them. @throws SealBroken */
export const acceptedCodes = async (deps: Deps, row: OrderRow) => {
  const { codes, lacksSome } = await codesInPlace(deps, row);
  if (lacksSome) throw new SealBroken('codes of the order are gone');
  return codes;
};

/** What an operator's `/why` and a look at a tampered order ask: a forged claim holds nothing up, and is told. */
export const areClaimsInPlace = async ({ codes }: Pick<Deps, 'codes'>, row: OrderRow): Promise<boolean> => {
  await markTaken({ codes }, row);
  const { areOurs, held } = await codes.look(row);
  const isCounted = row.projected >= row.version && ['delivered', 'undeliverable'].includes(row.facts.state);
  return areOurs && (!isCounted || held === itemCount(row.facts));
};

type Standing = Pick<OrderRow, '_id' | 'facts'>;

const standing = ({ _id, facts: { version, updatedAtMs } }: Standing): string => `${_id}/${version}/${updatedAtMs}`;

/** Whose codes the order has, where they were counted lately and it has not changed since. */
export const callsInPlace = ({ codes }: Pick<Deps, 'codes'>, row: Standing): ReadonlySet<string> | undefined =>
  codes.lookedAt.callsInPlace.get(standing(row));

/** They are as many as the order says, which stands so. */
export const noteInPlace = ({ codes }: Pick<Deps, 'codes'>, row: Standing, held: readonly HeldCode[]): void => {
  codes.lookedAt.callsInPlace.set(standing(row), new Set(held.map(({ submissionId }) => submissionId)));
};

/**
 * Called before codes of an order that has ended are let go: they may be its own, and somebody else wrote that they are not.
 *
 * @throws SealBroken where it lacks some of those that it took; Failure `in_progress` while its end is being written
 */
export const expectCodesInPlace = async (deps: Deps, row: OrderRow, submissionId: string): Promise<void> => {
  // None of those that were counted: whatever becomes of it, they stay.
  if (callsInPlace(deps, row)?.has(submissionId) === false) return;
  await markTaken(deps, row);
  const held = await deps.codes.references(row);
  if (held.length >= itemCount(row.facts)) return noteInPlace(deps, row, held);
  if (row.projected < row.version) throw new Failure('in_progress', { retryAfterSeconds: 1 });
  await note(deps, row);
  throw new SealBroken('codes of the order are gone');
};
