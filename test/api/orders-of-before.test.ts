import { places } from '../../src/sealing/places';
import { type Platform, startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { revealItems } from '../support/reveal';

/** A database as 0.1.0 left it: no order is bound to its key, and nothing says that rows were sealed. */
const file = platformOfFile();
const rows = () => file.platform.core.database.orders;
/** As far as somebody gets who writes to the database, and has no MASTER_KEY. */
const unbind = async (filter: object): Promise<void> => {
  await rows().updateMany(filter, { $unset: { mac: 1, 'terminal.mac': 1, tokenHash: 1 } });
  await file.platform.core.database.audit.deleteMany({});
};
const forgetSeals = async (): Promise<void> => {
  const { database, ring } = file.platform.core;
  const [_id, before, since] = ['fingerprint', places.platformKey, places.platformKeyOfBoundClaims] as const;
  const key = ring.open((await database.keys.findOne({ _id }))?.sealed ?? Buffer.alloc(0), since(_id));
  await database.keys.updateOne({ _id }, { $set: { sealed: ring.seal(key, before(_id)) } });
};
const started = async (use: (next: Platform) => Promise<void>): Promise<void> => {
  const next = await startPlatform({ databaseName: file.platform.databaseName, worker: false });
  await use(next).finally(() => next.stop());
};

test('orders of 0.1.0 are taken as they stand at the first start: links show codes, and open ones go on', async () => {
  const issuer = await file.issuer();
  const { pickupUrl } = (await issuer.placeVerified('sold')).body;
  await issuer.submit('sold', [{ itemId: '1', value: 'SOLD' }]);
  await issuer.inState('sold', 'delivered');
  const open = (await issuer.placeVerified('open')).body.pickupUrl;
  await unbind({});
  await file.platform.core.database.submissions.updateMany({}, { $unset: { mac: 1, digest: 1 } });
  await forgetSeals();
  // Its key was taken out long ago: no start fails for its sake.
  const lost = { ...(await rows().findOne({ orderNo: 'open' })), _id: `${issuer.issuerId}/lost`, pickupHash: 'lost' };
  await rows().insertOne(lost as never);
  expect((await revealItems(pickupUrl)).status).toBe(503);
  await started(async () => {
    const shown = await revealItems(pickupUrl);
    expect([shown.status, await shown.json()]).toMatchObject([200, { items: [{ value: 'SOLD' }] }]);
    expect((await issuer.submit('open', [{ itemId: '1', value: 'OPEN' }])).status).toBe(201);
    await issuer.inState('open', 'delivered');
    expect((await revealItems(open)).status).toBe(200);
  });
});

test('an order that loses its MAC among others is not, even where the audit log was emptied', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('bound');
  const { pickupUrl } = (await issuer.placeVerified('loose')).body;
  await unbind({ _id: `${issuer.issuerId}/loose` });
  await forgetSeals();
  await started(async () => {
    expect((await fetch(pickupUrl)).status).toBe(503);
  });
});

test('once rows were sealed no start takes them as they stand, whatever was taken away', async () => {
  const issuer = await file.issuer();
  const { pickupUrl } = (await issuer.placeVerified('later')).body;
  await unbind({});
  const { issuers } = file.platform.core.database;
  const _id = issuer.issuerId;
  await issuers.updateOne({ _id }, { $set: { callback: { kind: 'url', url: 'http://127.0.0.1:9/' } } });
  await issuers.updateMany({}, { $unset: { seal: 1, tamperedAt: 1 } });
  await started(async ({ core }) => {
    expect((await fetch(pickupUrl)).status).toBe(503);
    const row = await issuers.findOne({ _id });
    expect(row && (await core.issuers.isUntouched(row, new Date()))).toBe(false);
  });
});
