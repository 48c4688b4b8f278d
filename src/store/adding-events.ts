import type { Document } from 'mongodb';
import type { OrderEvent } from '../domain/messages';

/** A change of one row by the operators that those who bring events use. */
interface RowUpdate {
  readonly $set?: Document;
  readonly $unset?: Document;
  readonly $push?: Readonly<Record<string, { readonly $each: readonly unknown[]; readonly $slice?: number }>>;
  readonly $addToSet?: Readonly<Record<string, { readonly $each: readonly unknown[] }>>;
  readonly $pull?: Readonly<Record<string, { readonly ref: string }>>;
}

/**
 * The same change, with events for the outbox. Each gets the time of this write by the database's own clock, which never
 * falls within an order: api and workers have clocks of their own, and the issuer's feed is ordered by one alone.
 */
export const addingEvents = (
  update: RowUpdate,
  events: readonly OrderEvent[],
  idOf: (sequence: number) => string | undefined,
): Document | Document[] => {
  if (events.length === 0) return update;
  const { $set = {}, $unset = {}, $push = {}, $addToSet = {}, $pull = {} } = update;
  const unset = Object.keys($unset);
  return [
    { $set: { eventsAt: { $max: ['$eventsAt', '$$NOW'] } } },
    {
      $set: {
        ...mapped($set, literal),
        ...mapped($push, ({ $each, $slice }, field) => {
          const all = { $concatArrays: [arrayOf(field), literal($each)] };
          return $slice === undefined ? all : { $slice: [all, $slice] };
        }),
        ...mapped($addToSet, ({ $each }, field) => ({ $setUnion: [arrayOf(field), literal($each)] })),
        ...mapped($pull, ({ ref }, field) => ({
          $filter: { input: arrayOf(field), cond: { $ne: ['$$this.ref', literal(ref)] } },
        })),
        eventsPendingSince: literal(new Date()),
        events: {
          $concatArrays: [
            '$events',
            {
              $map: {
                input: literal(events.map((event) => ({ ...event, id: idOf(event.sequence), status: 'pending' }))),
                in: { $mergeObjects: ['$$this', { writtenAt: '$eventsAt' }] },
              },
            },
          ],
        },
      },
    },
    ...(unset.length > 0 ? [{ $unset: unset }] : []),
  ];
};

/** Nothing in it is read as a field or an operator: people's words may begin with a dollar sign. */
const literal = (value: unknown): Document => ({ $literal: value });

/** Empty where there is none: one row without a list takes none of the others' answers away. */
export const arrayOf = (field: string): Document => ({
  $cond: [{ $eq: [{ $type: `$${field}` }, 'array'] }, `$${field}`, []],
});

const mapped = <T>(fields: Readonly<Record<string, T>>, change: (value: T, field: string) => Document): Document =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, change(value, field)]),
  );
