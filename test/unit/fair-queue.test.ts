import { createFairQueue } from '../../src/overload/fair-queue';

const served = (line: { take(): string | undefined }): string[] => {
  const items: string[] = [];
  for (let item = line.take(); item !== undefined; item = line.take()) items.push(item);
  return items;
};

const lineWith = (limit: number, items: readonly string[]) => {
  const line = createFairQueue<string>(limit);
  for (const item of items) line.put(item.slice(0, 1), item);
  return line;
};

test('those who wait are served in turns, each its own in the order in which they came', () => {
  const line = lineWith(100, ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']);
  expect(line.length()).toBe(7);
  expect(served(line)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4']);
  expect(line.length()).toBe(0);
});

test('who comes to the line is next, before those who wait with many', () => {
  const line = lineWith(100, ['a1', 'a2', 'a3', 'b1', 'b2']);
  expect([line.take(), line.take()]).toEqual(['a1', 'b1']);
  line.put('c', 'c1');
  expect(served(line)).toEqual(['c1', 'a2', 'b2', 'a3']);
});

test('who comes again and again with one has one turn a round, as the others', () => {
  const line = lineWith(100, ['a1', 'a2', 'a3', 'b1']);
  const turns: (string | undefined)[] = [];
  for (let n = 2; n <= 4; n += 1) {
    turns.push(line.take(), line.take());
    line.put('b', `b${n}`);
  }
  expect(turns).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
});

test('a full line gives up the youngest of whoever has the most in it', () => {
  const line = lineWith(4, ['a1', 'a2', 'a3', 'a4', 'a5', 'b1']);
  expect(line.length()).toBe(4);
  expect(served(line)).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('a full line of many with one each holds as many as it may', () => {
  const line = lineWith(3, ['a1', 'b1', 'c1', 'd1', 'e1']);
  expect(line.length()).toBe(3);
  expect(served(line)).toHaveLength(3);
  expect(line.length()).toBe(0);
});
