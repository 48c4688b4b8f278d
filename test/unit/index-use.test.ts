import { type Index, type Query, usesOf } from '../support/index-use';

const query = (asks: Partial<Query>): Query => ({
  collection: 'orders',
  filter: {},
  equal: [],
  range: [],
  looked: [],
  sort: [],
  ...asks,
});
const index = (key: Index['key'], more: Partial<Index> = {}): Index => ({ name: 'one', key, ...more });
const use = (asks: Partial<Query>, ...of: Index[]): string => {
  const [best] = usesOf(query(asks), of);
  return best === undefined ? 'none' : best.isExact ? 'exact' : 'narrowed';
};

const byState = index({ state: 1, position: -1 });

test.each<[string, Partial<Query>, Index, string]>([
  ['a value, then the sort', { equal: ['state'], sort: [['position', -1]] }, byState, 'exact'],
  ['the sort the other way round', { equal: ['state'], sort: [['position', 1]] }, byState, 'exact'],
  [
    'a range on what is sorted by',
    { equal: ['state'], range: ['position'], sort: [['position', -1]] },
    byState,
    'exact',
  ],
  [
    'what is looked at row by row besides',
    { equal: ['state'], looked: ['held'], sort: [['position', 1]] },
    byState,
    'narrowed',
  ],
  ['a sort alone by the second field', { sort: [['position', -1]] }, byState, 'none'],
  ['a sort by another field', { equal: ['state'], sort: [['at', 1]] }, byState, 'narrowed'],
  ['a value that the index does not have', { equal: ['state', 'issuerId'] }, byState, 'narrowed'],
  ['a value of the second field alone', { equal: ['position'] }, byState, 'none'],
  ['a range before the sort', { range: ['state'], sort: [['position', 1]] }, byState, 'narrowed'],
  ['what is only looked at', { looked: ['state'] }, byState, 'none'],
  [
    'two directions at once',
    {
      sort: [
        ['a', 1],
        ['b', 1],
      ],
    },
    index({ a: 1, b: -1 }),
    'none',
  ],
  [
    'both directions turned',
    {
      sort: [
        ['a', -1],
        ['b', 1],
      ],
    },
    index({ a: 1, b: -1 }),
    'exact',
  ],
  [
    'a range of what a sparse index has',
    { range: ['at'], sort: [['at', 1]] },
    index({ at: 1 }, { sparse: true }),
    'exact',
  ],
  ['a sort that a sparse index would shorten', { sort: [['at', 1]] }, index({ at: 1 }, { sparse: true }), 'none'],
  ['rows that are not in a sparse index', { looked: ['at'] }, index({ at: 1 }, { sparse: true }), 'none'],
  [
    'one row by a unique value, whatever else',
    { equal: ['key'], looked: ['state'] },
    index({ key: 1 }, { unique: true }),
    'exact',
  ],
])('%s', (_, asks, of, expected) => {
  expect(use(asks, of)).toBe(expected);
});

test('an exact one goes before one that narrows more', () => {
  const narrow = { ...index({ issuerId: 1, state: 1 }), name: 'two' };
  const asks = query({ equal: ['issuerId'], looked: [], sort: [['position', -1]], range: [] });
  const exact = { ...index({ issuerId: 1, position: -1 }), name: 'three' };
  expect(usesOf(asks, [narrow, exact]).map(({ index: name }) => name)).toEqual(['three', 'two']);
});
