import type { KeyRing } from '../sealing/key-ring';
import { SealBroken } from '../sealing/key-ring';
import { places } from '../sealing/places';
import { type SealedKind, type SealedRow, type SealedValues, sealedKinds } from '../store/sealed-values';

export interface ResealDeps {
  readonly ring: KeyRing;
  readonly sealedValues: SealedValues;
  readonly nowMs: () => number;
}

/** The row after which the next call goes on. */
export interface ResealPosition {
  readonly kind: SealedKind;
  readonly id: string;
}

export interface Resealed {
  /** Rows that were looked at. */
  readonly looked: number;
  /** Values that are under the first key now and were not before. */
  readonly resealed: number;
  /** Values that changed under our hands three times: the next round finds them. */
  readonly left: number;
  /** Values that no key here opens. */
  readonly broken: number;
  /** Some of their rows. */
  readonly brokenIn: readonly ResealPosition[];
  /** Absent once all was looked at. */
  readonly next?: ResealPosition;
}

const pageRows = 100;
const triesMax = 3;
const brokenNamed = 20;
/** A call ends after this time, wherever it is: its caller must not give up on it. */
const longestMs = 5_000;

/** Where a value may be bound: a platform's key once rows are sealed, and an answer of today, are at another place. */
const placesOf = (kind: SealedKind, { id, request }: SealedRow): string[] => [
  places[kind](id),
  ...(kind === 'platformKey' ? [places.platformKeyOfSealedRows(id), places.platformKeyOfBoundClaims(id)] : []),
  ...(request?.answer ? [places.answerTo(id, request.path, request.bodyHash, request.answer.status)] : []),
];

/** One part of a round over everything that the master key sealed. Doing it twice, or two at once, changes nothing. */
export const resealPart = async (
  { ring, sealedValues, nowMs }: ResealDeps,
  limit: number,
  after?: ResealPosition,
): Promise<Resealed> => {
  const counts = { looked: 0, resealed: 0, left: 0, broken: 0 };
  const brokenIn: ResealPosition[] = [];
  const endMs = nowMs() + longestMs;

  const resealRow = async (kind: SealedKind, row: SealedRow): Promise<void> => {
    const possible = placesOf(kind, row);
    let { values } = row;
    for (let tries = 1; ; tries += 1) {
      let lost = 0;
      let broken = 0;
      for (const { sealed, replace } of values) {
        if (ring.isSealedByFirst(sealed)) continue;
        const fresh = freshOf(sealed, possible);
        if (!fresh) broken += 1;
        else if (await replace(fresh)) counts.resealed += 1;
        else lost += 1;
      }
      if (lost === 0 || tries === triesMax) {
        counts.left += lost;
        counts.broken += broken;
        if (broken > 0 && brokenIn.length < brokenNamed) brokenIn.push({ kind, id: row.id });
        return;
      }
      values = await sealedValues.of(kind, row.id);
    }
  };

  const freshOf = (sealed: Buffer, possible: readonly string[]): Buffer | undefined => {
    for (const place of possible) {
      try {
        return ring.seal(ring.open(sealed, place), place);
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error;
      }
    }
    return undefined;
  };

  const kinds = sealedKinds.slice(after ? sealedKinds.indexOf(after.kind) : 0);
  for (const kind of kinds) {
    let id = kind === after?.kind ? after.id : '';
    for (;;) {
      const wanted = Math.min(pageRows, limit - counts.looked);
      const isOver = wanted === 0 || nowMs() >= endMs;
      if (isOver && counts.looked > 0) return { ...counts, brokenIn, next: { kind, id } };
      const rows = await sealedValues.after(kind, id, wanted);
      for (const row of rows) {
        await resealRow(kind, row);
        counts.looked += 1;
        id = row.id;
        if (nowMs() >= endMs) break;
      }
      if (rows.length < wanted && id === (rows.at(-1)?.id ?? id)) break;
    }
  }
  return { ...counts, brokenIn };
};
