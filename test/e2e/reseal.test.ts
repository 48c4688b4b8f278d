import { randomBytes, randomUUID } from 'node:crypto';
import { presetTerminal } from '../../src/channels/kept-terminal';
import { resealPart } from '../../src/operator/reseal';
import { createKeyRing } from '../../src/sealing/key-ring';
import { places } from '../../src/sealing/places';
import { rotatedSecrets } from '../../src/store/issuers';
import { sealedKinds } from '../../src/store/sealed-values';
import { ownAuthority } from '../support/certificates';
import { startIssuer } from '../support/issuer';
import { type Answer, type Platform, startPlatform } from '../support/platform';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';

const old = randomBytes(32);
const next = randomBytes(32);

/** The kinds of values that are under another key than this one. */
const notUnder = async (platform: Platform, key: Buffer): Promise<string[]> => {
  const ring = createKeyRing([key]);
  const found: string[] = [];
  for (const kind of sealedKinds) {
    for (const { values } of await platform.core.sealedValues.after(kind, '', 1_000)) {
      for (const { sealed } of values) if (!ring.isSealedByFirst(sealed)) found.push(kind);
    }
  }
  return found;
};

/** As the command drives it: part by part, of the size given. */
const round = async (platform: Platform, limit: number) => {
  const sum = { calls: 0, looked: 0, resealed: 0, left: 0, broken: 0 };
  let cursor: string | undefined;
  do {
    const { status, body } = await platform.operator('POST', '/keys/reseal', { limit, cursor });
    expect(status).toBe(200);
    expect(body.looked).toBeLessThanOrEqual(limit);
    sum.calls += 1;
    for (const name of ['looked', 'resealed', 'left', 'broken'] as const) sum[name] += body[name];
    cursor = body.nextCursor;
  } while (cursor !== undefined);
  return sum;
};

test('after sealing anew the new key alone opens codes, secrets and kept answers; running orders with sealed payloads need the old one', async () => {
  const sealPayloads = true;
  let platform = await startPlatform({ masterKeys: [old], sealPayloads });
  const { databaseName, taskQueue } = platform;
  const restart = async (...masterKeys: Buffer[]): Promise<void> => {
    await platform.stop();
    platform = await startPlatform({ masterKeys, databaseName, taskQueue, sealPayloads });
  };
  /** Asks whichever platform runs now. */
  const running = new Proxy({} as Platform, { get: (_none, name) => Reflect.get(platform, name) });
  const issuer = await startIssuer(running);
  try {
    const payment = { webhookId: randomUUID() };
    const body = {
      type: 'order.payment',
      orderNo: 'done',
      product: { id: 'coffee', name: 'Coffee' },
      amount: { value: 1_000, currency: 'EUR' },
    };
    const placed = await issuer.post('/orders', body, payment);
    await issuer.message('order.paid', 'done');
    expect((await issuer.verify('done')).status).toBe(200);
    expect((await issuer.submit('done', [{ itemId: 'a', value: 'OLD-SEALED-CODE' }])).status).toBe(201);
    await issuer.inState('done', 'delivered');
    await issuer.placeVerified('running');
    await issuer.place('waiting');
    await issuer.message('order.paid', 'waiting');
    issuer.useSecret((await platform.operator('POST', `/issuers/${issuer.issuerId}/secret`)).body.secret);
    await platform.operator('POST', '/keys/delivery', {});
    const keysBefore = (await platform.operator('GET', '/keys/delivery')).body;
    const page = async ({ body: order }: Answer): Promise<string> =>
      (await reveal(`${platform.baseUrl}${new URL(order.pickupUrl).pathname}`)).text();
    expect(await page(placed)).toContain('OLD-SEALED-CODE');

    const terminal = { channel: 'webhook', url: 'http://127.0.0.1:9/', secret: `whsec_${'A'.repeat(32)}` };
    const { cert: certificate, key } = ownAuthority();
    const calls = { callHeaders: { 'x-tenant': 'acme' }, callCertificate: { certificate, key } };
    const preset = await startIssuer(running, { terminal, ...calls });
    const deleted = await startIssuer(running);
    await Promise.all([preset.stop(), deleted.stop()]);
    await platform.operator('DELETE', `/issuers/${deleted.issuerId}?confirm=${deleted.issuerId}`);
    const sealed = createKeyRing([old]).seal(Buffer.from('{}'), places.sandboxMessage('m-1'));
    const mail = { _id: 'm-1', issuerId: 'test-00000000000000000000', at: new Date(), channel: 'email', sealed };
    await platform.core.database.sandboxInbox.insertOne(mail);

    const waiting = { issuerId: 'gone', orderNo: 'gone' };
    await platform.core.orderDeps.inbox.put(waiting, 'u', { kind: 'refuse' } as never, new Date());

    await platform.operator('PUT', '/maintenance', { on: false });
    const { alerts, conformance } = platform.core;
    await alerts.raise({ kind: 'orders_stuck', subject: 'gone', summary: 'none' }, new Date(), ['webhook']);
    const run = { issuerId: 'gone', runId: 'r', at: new Date() };
    await conformance.runs.begin(run as never, new Date(0));

    await restart(next, old);
    const before = await notUnder(platform, next);
    expect(new Set(before)).toEqual(new Set(sealedKinds));
    expect(before.filter((kind) => kind === 'platformKey')).toHaveLength(3);
    expect(before.filter((kind) => kind === 'issuerSecret')).toHaveLength(4);
    const done = await round(platform, 2);
    expect(done).toMatchObject({ resealed: before.length, left: 0, broken: 0 });
    expect(done.calls).toBeGreaterThanOrEqual(done.looked / 2);
    expect(await notUnder(platform, next)).toEqual([]);
    expect(await round(platform, 1_000)).toMatchObject({ calls: 1, looked: done.looked, resealed: 0 });
    const { data } = (await platform.operator('GET', '/audit?limit=1')).body;
    expect(data[0]).toMatchObject({ action: 'keys.resealed', target: 'platform' });
    // The order runs on: its history is opened by the old key, its row by the new one.
    expect((await issuer.submit('running', [{ itemId: 'a', value: 'SECOND-CODE' }])).status).toBe(201);
    const delivered = await issuer.inState('running', 'delivered');

    await restart(next);
    expect(await page(placed)).toContain('OLD-SEALED-CODE');
    expect(await page(delivered)).toContain('SECOND-CODE');
    expect((await platform.operator('GET', '/keys/delivery')).body).toEqual(keysBefore);
    const withPreset = await platform.core.issuers.find(preset.issuerId);
    expect(withPreset && presetTerminal(platform.core.ring, withPreset)).toEqual(terminal);
    const again = await issuer.post('/orders', body, payment);
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', placed.body]);
    await issuer.placeVerified('after');
    expect((await issuer.submit('after', [{ itemId: 'a', value: 'NEW-CODE' }])).status).toBe(201);
    expect(await page(await issuer.inState('after', 'delivered'))).toContain('NEW-CODE');
    const verification = {
      type: 'order.verification',
      orderNo: 'waiting',
      token: issuer.tokenOf('waiting'),
      quantity: 1,
      amount: body.amount,
    };
    expectProblem(await issuer.post('/orders/waiting/verification', verification), 503, 'unavailable');

    await restart(next, old);
    const verified = await until('the order that waited for its key is verified', async () => {
      const answer = await issuer.verify('waiting');
      return answer.status === 200 && answer;
    });
    expect(verified.body).toMatchObject({ verdict: 'verified' });
    for (const secret of [
      'OLD-SEALED-CODE',
      'SECOND-CODE',
      'NEW-CODE',
      next.toString('base64'),
      old.toString('base64'),
    ]) {
      expect(platform.logText()).not.toContain(secret);
    }
  } finally {
    await issuer.stop();
    await platform.stop();
  }
}, 180_000);

describe('while rows are written', () => {
  let platform: Platform;
  beforeAll(async () => {
    const first = await startPlatform({ masterKeys: [old], worker: false });
    await first.stop();
    platform = await startPlatform({ masterKeys: [next, old], databaseName: first.databaseName, worker: false });
  });
  afterAll(() => platform.stop());

  test('a secret that is rotated between look and write is kept, and sealed by the first key all the same', async () => {
    const { core } = platform;
    const oldRing = createKeyRing([old]);
    const issuerId = 'raced';
    const seal = (secret: string) => oldRing.seal(Buffer.from(secret), places.issuerSecret(issuerId));
    const createdAt = new Date();
    await core.issuers.insert({
      _id: issuerId,
      name: 'Raced',
      state: 'active',
      callback: { kind: 'url', url: 'https://raced.test/' },
      codeMode: 'push',
      createdAt,
      secrets: [{ sealed: seal('first'), createdAt }],
      holds: [],
    });
    const seen = await core.issuers.find(issuerId);
    if (!seen) throw new Error('it was inserted');
    const sealedValues: typeof core.sealedValues = {
      ...core.sealedValues,
      after: async (kind, ...rest) => {
        const rows = await core.sealedValues.after(kind, ...rest);
        // As a process does that was not restarted yet: its new secret is under the old key.
        if (rows.some(({ id }) => id === issuerId)) {
          await core.issuers.replaceSecrets(seen, rotatedSecrets(seen.secrets, seal('second'), new Date(), false));
        }
        return rows;
      },
    };
    const { ring } = core;
    const done = await resealPart({ ring, sealedValues, nowMs: Date.now }, 1_000);
    expect(done).toMatchObject({ left: 0, broken: 0 });
    const row = await core.issuers.find(issuerId);
    const opened = row?.secrets.map(({ sealed }) =>
      createKeyRing([next]).open(sealed, places.issuerSecret(issuerId)).toString(),
    );
    expect(opened).toEqual(['second', 'first']);
    // And the other way round: a rotation that saw the old seal does not bring it back.
    const fresh = ring.seal(Buffer.from('third'), places.issuerSecret(issuerId));
    expect(
      await core.issuers.replaceSecrets(seen, rotatedSecrets(seen.secrets, fresh, new Date(), false)),
    ).toBeUndefined();
  });

  test('a call ends after its time, wherever it is, and goes on from there', async () => {
    let nowMs = 0;
    const { ring, sealedValues } = platform.core;
    const clock = () => {
      nowMs += 3_000;
      return nowMs;
    };
    const first = await resealPart({ ring, sealedValues, nowMs: clock }, 1_000);
    expect([first.looked, first.next]).toEqual([1, { kind: 'platformKey', id: 'delivery' }]);
    const second = await resealPart({ ring, sealedValues, nowMs: clock }, 1_000, first.next);
    expect([second.looked, second.next]).toEqual([1, { kind: 'issuerSecret', id: '' }]);
  });

  test.each(['nonsense', Buffer.from('other/x').toString('base64url')])(
    'the cursor %p was never given out',
    async (cursor) => {
      expectProblem(await platform.operator('POST', '/keys/reseal', { cursor }), 422, 'body_invalid', '/cursor');
    },
  );
});
