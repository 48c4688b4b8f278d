import { type Platform, startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { revealItems } from '../support/reveal';

/** A database as 0.1.0 left it: no order is bound to its key, and nothing says that rows were sealed. */
const file = platformOfFile();
const rows = () => file.platform.core.database.orders;
const unbind = async (filter: object): Promise<void> => {
  await rows().updateMany(filter, { $unset: { mac: 1, 'terminal.mac': 1, tokenHash: 1 } });
  await file.platform.core.database.audit.deleteMany({});
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
  await started(async () => {
    expect((await fetch(pickupUrl)).status).toBe(503);
  });
});
