import type { CommandStartedEvent } from 'mongodb';
import { createConformanceRuns } from '../../src/store/conformance';
import { type Database, openDatabase } from '../../src/store/database';
import { createIssuers } from '../../src/store/issuers';
import { createOrders } from '../../src/store/orders';
import { createPortalSessionRows } from '../../src/store/sessions';
import { anySeal, callLimitMs, issuerSeal, uriOfOwnDatabase } from '../support/database-of-file';

const uri = new URL(uriOfOwnDatabase());
uri.searchParams.set('monitorCommands', 'true');
let database: Database;
beforeAll(() => {
  database = openDatabase(uri.href, callLimitMs);
});
afterAll(() => database.close());

/** What a stranger may ask for without end: an issuer's id, a buyer's link, the order of a run, a cookie. */
test.each([
  ['an issuer', () => createIssuers(database, issuerSeal).findTogether],
  ['a pick-up link', () => createOrders(database).findByPickup],
  ['a conformance run', () => createConformanceRuns(database, anySeal).runningOf],
  ['a session of an issuer’s page', () => createPortalSessionRows(database).find],
])('%s that nobody has is looked for with all others that are asked for meanwhile', async (_what, made) => {
  const find = made();
  let asked = 0;
  const count = ({ commandName }: CommandStartedEvent): void => {
    if (commandName === 'find') asked += 1;
  };
  database.db.client.on('commandStarted', count);
  const found = await Promise.all(Array.from({ length: 500 }, (_, n) => find(`nobody-${n}`)));
  database.db.client.off('commandStarted', count);
  expect(new Set(found)).toEqual(new Set([null]));
  expect(asked).toBeLessThanOrEqual(4);
});
