import { randomUUID } from 'node:crypto';
import { verifySignature } from '../../src/signing/verify';
import type { TestIssuer } from '../support/issuer';
import { type Answer, type Platform, read, startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { type Delivered, startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

const viewer = { name: 'vera', role: 'viewer' as const, token: `viewer-${randomUUID()}` };
const operator = { name: 'otto', role: 'operator' as const, token: `operator-${randomUUID()}` };
const file = platformOfFile({ operators: [viewer, operator] });
let terminal: TestTerminal;
let issuer: TestIssuer;

beforeAll(async () => {
  terminal = await startTerminal();
  issuer = await file.issuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/codes') } });
});
afterAll(() => terminal.stop());

const path = '/keys/delivery';
const rotate = (body: unknown = {}, platform: Platform = file.platform): Promise<Answer> =>
  platform.operator('POST', path, body);

interface PublicKey {
  readonly id: string;
  readonly publicKey: string;
}
const published = async (platform: Platform = file.platform): Promise<PublicKey[]> => {
  const { body } = await read(fetch(`${platform.baseUrl}/v1/keys`));
  return body.keys;
};

const signaturesOf = ({ headers }: Delivered): string[] => String(headers['webhook-signature']).split(' ');
/** What a terminal says that believes this one key alone. */
const isBelieved = ({ headers, raw }: Delivered, { publicKey }: PublicKey): boolean =>
  verifySignature({
    headers: {
      id: headers['webhook-id'],
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
    },
    body: Buffer.from(raw),
    keys: { secrets: [], publicKey },
    nowMs: Date.now(),
  }).ok;

test('a bare POST rotates nothing', async () => {
  const before = await published();
  expectProblem(await file.platform.operator('POST', path), 422, 'body_invalid', '');
  expect(await published()).toEqual(before);
});

let orders = 0;
const delivery = async (): Promise<Delivered> => {
  orders += 1;
  const orderNo = `key-${orders}`;
  await issuer.placeVerified(orderNo);
  await issuer.submit(orderNo, [{ itemId: 'a', value: `KEY-SECRET-${orderNo}` }]);
  return until(`the delivery of ${orderNo}`, () => terminal.received.find(({ raw }) => raw.includes(orderNo)));
};

/** The stated bound of two seconds is time of the clock: what is delivered later is signed by what the rotation left. */
const deliveryThat = (fits: (one: Delivered) => boolean): Promise<Delivered> =>
  until('a delivery signed by what the rotation left', async () => {
    const one = await delivery();
    return fits(one) && one;
  });

describe('rotation of the delivery key', () => {
  test('for a day deliveries carry a signature of each key, and a terminal that knows either one believes them', async () => {
    const [old] = (await published()) as [PublicKey];
    const before = await delivery();
    expect([signaturesOf(before).length, isBelieved(before, old)]).toEqual([1, true]);

    const { status, body } = await rotate();
    expect([status, Object.keys(body).sort()]).toEqual([201, ['algorithm', 'id', 'oldKeyEndsAt', 'publicKey']]);
    const endsInMs = Date.parse(body.oldKeyEndsAt) - Date.now();
    expect(endsInMs).toBeGreaterThan(86_400_000 - 60_000);
    expect(endsInMs).toBeLessThanOrEqual(86_400_000);
    expect(await published()).toEqual([{ id: body.id, algorithm: 'ed25519', publicKey: body.publicKey }, old]);
    expect(body.id).not.toBe(old.id);

    const after = await deliveryThat((one) => signaturesOf(one).length === 2);
    expect(signaturesOf(after).every((one) => one.startsWith('v1a,'))).toBe(true);
    expect([isBelieved(after, body), isBelieved(after, old)]).toEqual([true, true]);
  });

  test('a third rotation ends the oldest', async () => {
    const [second, first] = (await published()) as [PublicKey, PublicKey];
    const third = (await rotate({})).body;
    expect((await published()).map(({ id }) => id)).toEqual([third.id, second.id]);
    const after = await deliveryThat((one) => isBelieved(one, third));
    expect([isBelieved(after, second), isBelieved(after, first)]).toEqual([true, false]);
  });

  test('endOldNow leaves the new key alone, and it is told in the audit log by name without a key', async () => {
    const [old] = (await published()) as [PublicKey];
    const { status, body } = await rotate({ endOldNow: true });
    expect(status).toBe(201);
    expect(Date.parse(body.oldKeyEndsAt)).toBeLessThanOrEqual(Date.now());
    expect((await published()).map(({ id }) => id)).toEqual([body.id]);
    const after = await deliveryThat((one) => isBelieved(one, body));
    expect([signaturesOf(after).length, isBelieved(after, old)]).toEqual([1, false]);
    const [entry] = (await file.platform.operator('GET', '/audit?limit=1')).body.data;
    expect(entry).toMatchObject({
      actor: 'operator',
      action: 'delivery_key.rotated',
      target: 'platform',
      before: { id: old.id },
      after: { id: body.id, endOldNow: true },
    });
  });

  test('the old key signs no longer once its time is over, although nobody rotates again', async () => {
    await rotate();
    const [fresh, old] = (await published()) as [PublicKey, PublicKey];
    await file.platform.core.database.keys.updateOne({ _id: 'delivery' }, { $set: { 'former.endsAt': new Date() } });
    expect((await published()).map(({ id }) => id)).toEqual([fresh.id]);
    const after = await deliveryThat((one) => !isBelieved(one, old));
    expect([signaturesOf(after).length, isBelieved(after, fresh)]).toEqual([1, true]);
  });

  test('of processes that rotate at the same moment all that are answered 201 made the keys that are there', async () => {
    const second = await startPlatform({ databaseName: file.platform.databaseName, worker: false });
    try {
      const [before] = (await published()) as [PublicKey];
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => rotate({}, n % 2 === 0 ? file.platform : second)),
      );
      const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
      expect(made.length).toBeGreaterThan(0);
      for (const answer of answers.filter(({ status }) => status !== 201)) expectProblem(answer, 409, 'in_progress');
      const keys = await published();
      expect(await published(second)).toEqual(keys);
      // As many changes as keys: none was overwritten by one that had not seen it.
      const { data } = (await file.platform.operator('GET', '/audit?limit=20')).body;
      const rotations = data.filter((entry: { action: string }) => entry.action === 'delivery_key.rotated');
      const followers = new Map(
        rotations.map((entry: { before: PublicKey; after: PublicKey }) => [entry.before.id, entry.after.id]),
      );
      const chain: string[] = [];
      for (let at = followers.get(before.id); at !== undefined; at = followers.get(at)) chain.push(at as string);
      expect([...chain].sort()).toEqual([...made].sort());
      expect(keys.map(({ id }) => id)).toEqual([before.id, ...chain].reverse().slice(0, 2));
    } finally {
      await second.stop();
    }
  });

  test('it is for admins; everyone with a role may look, and sees no private half', async () => {
    expectProblem(await file.platform.operator('POST', path, {}, operator.token), 403, 'operator_forbidden');
    expectProblem(await rotate({ endOldNow: 'yes' }), 422, 'body_invalid', '/endOldNow');
    const { status, body } = await file.platform.operator('GET', path, undefined, viewer.token);
    expect(status).toBe(200);
    const [newest, old] = body.keys;
    expect(Object.keys(newest).sort()).toEqual(['algorithm', 'createdAt', 'id', 'publicKey']);
    expect(Object.keys(old).sort()).toEqual(['algorithm', 'createdAt', 'endsAt', 'id', 'publicKey']);
    const row = await file.platform.core.database.keys.findOne({ _id: 'delivery' });
    for (const sealed of [row?.sealed, row?.former?.sealed]) {
      // The beginning of every ed25519 key in PKCS#8: it would show if one were kept in the clear.
      expect(sealed?.includes(Buffer.from('302e020100300506032b657004220420', 'hex'))).toBe(false);
    }
  });
});

test('a key that was kept before keys could be rotated goes on signing, and is rotated as any other', async () => {
  const first = await startPlatform({ worker: false });
  const [old] = (await published(first)) as [PublicKey];
  // As an older version left it.
  const row = await first.core.database.keys.findOne({ _id: 'delivery' });
  expect(Object.keys(row ?? {}).sort()).toEqual(['_id', 'createdAt', 'sealed']);
  await first.stop();
  const second = await startPlatform({ databaseName: first.databaseName, worker: false });
  try {
    expect(await published(second)).toEqual([old]);
    const { body } = await rotate({}, second);
    expect((await published(second)).map(({ id }) => id)).toEqual([body.id, old.id]);
  } finally {
    await second.stop();
  }
});
