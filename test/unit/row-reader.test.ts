import { createRowReader, idText } from '../../src/bounded/row-reader';

const ids = [5, { toString: 1, valueOf: 1 }, null, undefined, Buffer.from('a'), 'acme/one'];

test('a row is left out and told, whatever its id is, and none of it reads as a name', () => {
  const told: unknown[] = [];
  const reader = createRowReader((_collection, id) => told.push(id));
  const rows = ids.map((_id) => ({ _id }));
  expect(reader.those('orders', rows, () => false)).toEqual([]);
  expect(told).toEqual(ids);
  expect(ids.map(idText).filter((text) => /^[a-z0-9-]{1,64}(\/.*)?$/.test(text))).toEqual(['acme/one']);
});

test('of a flood no more rows are told than are remembered', () => {
  let told = 0;
  const reader = createRowReader(() => {
    told += 1;
  });
  const rows = Array.from({ length: 3_000 }, (_, _id) => ({ _id }));
  for (let n = 0; n < 2; n += 1) expect(reader.those('orders', rows, () => false)).toEqual([]);
  expect(told).toBe(1_000);
});
