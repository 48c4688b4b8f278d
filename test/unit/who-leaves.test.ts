import { type TestIssuerAlive, whoLeaves } from '../../src/sandbox/who-leaves';

const one = (_id: string, madeFrom: string, more: Partial<TestIssuerAlive> = {}): TestIssuerAlive => ({
  ...{ _id, madeFrom, createdAt: new Date(1_000), use: 5_000, isIdle: false },
  ...more,
});
const ten = (madeFrom: string, more: Partial<TestIssuerAlive> = {}): TestIssuerAlive[] =>
  Array.from({ length: 10 }, (_, n) => one(`${madeFrom}-${n}`, madeFrom, more));

test('whoever fills the sandbox from many networks makes room for a newcomer, and not who has one alone', () => {
  const quiet = one('weekend', 'office', { use: 0, isIdle: true });
  const leaves = whoLeaves([quiet, one('works', 'home'), ...ten('flood-1'), ...ten('flood-2')], 'newcomer');
  expect(leaves).toMatch(/^flood-/);
});

test('of the network that has most the least used one leaves, then the oldest; one that was made just now leaves last', () => {
  const most = [...ten('most'), one('new', 'most', { use: Number.MAX_SAFE_INTEGER })];
  const lesser = ten('less', { use: 0, isIdle: true });
  const older = one('older', 'most', { createdAt: new Date(1) });
  expect(whoLeaves([...lesser, ...most, older], 'newcomer')).toBe('older');
  expect(whoLeaves([...lesser, ...most, older, one('unused', 'most', { use: 0 })], 'newcomer')).toBe('unused');
  const two = [one('new', 'most', { use: Number.MAX_SAFE_INTEGER }), one('works', 'most')];
  expect(whoLeaves(two, 'newcomer')).toBe('works');
});

test('no network takes a place of one that has no more than it would have then, but where nobody uses it', () => {
  const used = [...ten('flood'), ...ten('other')];
  expect(whoLeaves(used, 'flood')).toBeUndefined();
  expect(whoLeaves([one('works', 'home'), one('works-too', 'office')], 'newcomer')).toBeUndefined();
  expect(whoLeaves([one('works', 'home'), one('left', 'office', { use: 0, isIdle: true })], 'newcomer')).toBe('left');
  expect(whoLeaves([...used, one('left', 'office', { use: 0, isIdle: true })], 'flood')).toBeUndefined();
});

test('a network has its own idle ones replaced, as where a proxy makes all of them one', () => {
  expect(whoLeaves(ten('all'), 'all')).toBeUndefined();
  expect(whoLeaves([...ten('all'), one('left', 'all', { use: 0, isIdle: true })], 'all')).toBe('left');
});
