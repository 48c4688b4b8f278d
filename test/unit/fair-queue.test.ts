import { createFairQueue } from '../../src/overload/fair-queue';

const served = (queue: { take(): string | undefined }): string[] => {
  const items: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) items.push(item);
  return items;
};

const queueWith = (limit: number, items: readonly string[]) => {
  const queue = createFairQueue<string>(limit);
  for (const item of items) queue.put(item.slice(0, 1), item);
  return queue;
};

test('those who wait are served in turns, each its own in the order in which they came', () => {
  const queue = queueWith(100, ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']);
  expect(queue.length()).toBe(7);
  expect(served(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4']);
  expect(queue.length()).toBe(0);
});

test('who comes to the queue is next, before those who wait with many', () => {
  const queue = queueWith(100, ['a1', 'a2', 'a3', 'b1', 'b2']);
  expect([queue.take(), queue.take()]).toEqual(['a1', 'b1']);
  queue.put('c', 'c1');
  expect(served(queue)).toEqual(['c1', 'a2', 'b2', 'a3']);
});

test('who comes again and again with one has one turn a round, as the others', () => {
  const queue = queueWith(100, ['a1', 'a2', 'a3', 'b1']);
  const turns: (string | undefined)[] = [];
  for (let n = 2; n <= 4; n += 1) {
    turns.push(queue.take(), queue.take());
    queue.put('b', `b${n}`);
  }
  expect(turns).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
});

test('a full queue gives up the youngest of whoever has the most in it', () => {
  const queue = queueWith(4, ['a1', 'a2', 'a3', 'a4', 'a5', 'b1']);
  expect(queue.length()).toBe(4);
  expect(served(queue)).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('a full queue of many with one each holds as many as it may', () => {
  const queue = queueWith(3, ['a1', 'b1', 'c1', 'd1', 'e1']);
  expect(queue.length()).toBe(3);
  expect(served(queue)).toHaveLength(3);
  expect(queue.length()).toBe(0);
});

test('who may have no more now is passed over, and keeps its place', () => {
  const queue = queueWith(100, ['a1', 'a2', 'b1']);
  const notA = (key: string) => key !== 'a';
  expect([queue.take(notA), queue.take(notA), queue.length()]).toEqual(['b1', undefined, 2]);
  queue.put('b', 'b2');
  expect(served(queue)).toEqual(['a1', 'b2', 'a2']);
});
