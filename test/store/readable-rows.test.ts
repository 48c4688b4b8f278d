import { Binary, BSON, BSONRegExp, type Collection } from 'mongodb';
import { createMaintenance } from '../../src/store/maintenance';
import { readable } from '../../src/store/readable-rows';
import { acceptedRow, anySeal, databaseOfFile } from '../support/database-of-file';

const file = databaseOfFile();

/** A database stores it, and a driver makes no pattern of it. */
const pattern = new BSONRegExp('(');
const unknownOption = Object.assign(new BSONRegExp('a'), { options: 'q' });

/** Of a collection that answers these bytes. */
const readFrom = (...bytes: readonly Uint8Array[]): unknown => {
  const find = () => ({ map: (of: (one: Uint8Array) => unknown) => bytes.map(of) });
  return readable({ find } as unknown as Collection).find({});
};

test('a row with a pattern that is none is read, and so are all beside it', async () => {
  const { orders, db } = file.database;
  await orders.insertMany(['a', 'z'].map((orderNo) => acceptedRow(orderNo)));
  const odd = { ...acceptedRow('odd'), product: { id: 'p', name: pattern } };
  await db.collection('orders').insertOne(odd as never);
  const rows = await orders.find({}).sort({ _id: 1 }).toArray();
  expect(rows.map(({ orderNo, product: { id } }) => [orderNo, id])).toEqual([
    ['a', 'coffee'],
    ['odd', 'p'],
    ['z', 'coffee'],
  ]);
  expect((await orders.findOne({ orderNo: 'odd' }))?.product.name).not.toEqual(expect.any(String));
});

test('bytes that are no text, no binary, or name a prototype, take nothing from the rows beside them', () => {
  const text = Buffer.from(BSON.serialize({ _id: 'a', said: 'BYTES', kept: 1 }));
  text.fill(0xff, text.indexOf('BYTES'), text.indexOf('BYTES') + 5);
  const binary = Buffer.from(BSON.serialize({ _id: 'b', bytes: new Binary(Buffer.from('12345678')), kept: 1 }));
  binary[binary.indexOf('12345678') - 1] = Binary.SUBTYPE_BYTE_ARRAY;
  const prototype = BSON.serialize(JSON.parse('{"_id":"c","__proto__":{"kept":2}}'));
  const both = BSON.serialize({ ...JSON.parse('{"_id":"d","__proto__":{"kept":2}}'), odd: unknownOption });
  const rows = readFrom(text, binary, prototype, both) as Record<string, unknown>[];
  expect(rows.map(({ _id, kept }) => [_id, kept])).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', undefined],
    ['d', undefined],
  ]);
  expect(rows[1]).not.toHaveProperty('bytes');
  expect(rows[3]).not.toHaveProperty('odd');
});

test('what stands there can be written anew, though nobody can decode it', async () => {
  const { settings, db } = file.database;
  await db.collection('settings').insertOne({ _id: 'maintenance', by: pattern } as never);
  const maintenance = createMaintenance({ settings }, anySeal, () => undefined, Date.now);
  await maintenance.change({ on: true, since: new Date(), by: 'ann' });
  expect(await settings.findOne({})).toMatchObject({ on: true, by: 'ann' });
});
