import type { Payload } from '@temporalio/common';
import type { KeyStore } from '../../src/sealing/delivery-keys';
import { createKeyRing, fingerprint, newKey, parseMasterKeys, SealBroken } from '../../src/sealing/key-ring';
import { newOrderKey, unwrapOrderKey } from '../../src/sealing/order-keys';
import { isSame } from '../../src/sealing/order-row';
import { createPayloadCodec } from '../../src/sealing/payload-codec';
import { places } from '../../src/sealing/places';
import { loadPlatformKeys } from '../../src/sealing/platform-keys';
import { createRowSeal } from '../../src/sealing/row-seal';
import { publicKeyToWhpk } from '../../src/signing/keys';

const plain = Buffer.from('GIFT-CARD-4711');
const old = newKey();
const next = newKey();

describe('key ring', () => {
  test('what was sealed opens to the same bytes, also empty ones, and hides them', () => {
    const ring = createKeyRing([old]);
    const sealed = ring.seal(plain, 'code:1');
    expect(ring.open(sealed, 'code:1')).toEqual(plain);
    expect(sealed.includes(plain)).toBe(false);
    expect(ring.open(ring.seal(Buffer.alloc(0), 'x'), 'x')).toEqual(Buffer.alloc(0));
  });

  test('the same bytes sealed twice look different', () => {
    const ring = createKeyRing([old]);
    expect(ring.seal(plain, 'x').equals(ring.seal(plain, 'x'))).toBe(false);
  });

  test('opened at another place it fails', () => {
    const ring = createKeyRing([old]);
    expect(() => ring.open(ring.seal(plain, 'code:acme/1'), 'code:acme/2')).toThrow(SealBroken);
  });

  test('after a rotation the old key still opens, and the new one seals', () => {
    const before = createKeyRing([old]).seal(plain, 'x');
    const rotated = createKeyRing([next, old]);
    expect(rotated.open(before, 'x')).toEqual(plain);
    const after = rotated.seal(plain, 'x');
    expect(createKeyRing([next]).open(after, 'x')).toEqual(plain);
    expect(() => createKeyRing([old]).open(after, 'x')).toThrow(SealBroken);
    expect(() => createKeyRing([next]).open(before, 'x')).toThrow(SealBroken);
  });

  test('every single changed byte is noticed', () => {
    const ring = createKeyRing([old]);
    const sealed = ring.seal(plain, 'x');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => ring.open(changed, 'x')).toThrow(SealBroken);
    }
  });

  test.each<[unknown]>([
    [{ length: 2 ** 53 }],
    [{ buffer: { length: 2 ** 53 } }],
    [{ buffer: { length: 2 ** 31 }, byteOffset: 0, byteLength: 1 }],
    [[1, 2, 3]],
    [1],
    [{ 0: 1 }],
  ])('what is neither bytes nor text is broken: %p', (value) => {
    const ring = createKeyRing([old]);
    expect(() => ring.open(value as Uint8Array, 'x')).toThrow(SealBroken);
    expect(ring.isSealedByFirst(value as Uint8Array)).toBe(false);
    const seal = createRowSeal<{ _id: string; seal?: Uint8Array }>(ring, (id) => id);
    expect(seal.isUntouched({ _id: 'a', seal: value as Uint8Array })).toBe(false);
    expect(isSame('a', value)).toBe(false);
  });

  test('cut at any length it is refused as broken, never as anything else', () => {
    const ring = createKeyRing([old]);
    const sealed = ring.seal(plain, 'x');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => ring.open(sealed.subarray(0, length), 'x')).toThrow(SealBroken);
    }
  });

  test('a part of a larger buffer is read as that part', () => {
    const ring = createKeyRing([old]);
    const sealed = ring.seal(plain, 'x');
    const larger = Buffer.concat([Buffer.alloc(7), sealed, Buffer.alloc(9)]);
    expect(ring.open(larger.subarray(7, 7 + sealed.length), 'x')).toEqual(plain);
  });

  test('a broken seal says nothing of key or content', () => {
    const ring = createKeyRing([old]);
    expect.assertions(2);
    try {
      ring.open(ring.seal(plain, 'here'), 'there');
    } catch (error) {
      expect(String(error)).not.toContain(plain.toString());
      expect(String(error)).not.toContain(old.toString('base64'));
    }
  });
});

describe('MASTER_KEY', () => {
  test('several keys, the first one is current', () => {
    const keys = parseMasterKeys(` ${next.toString('base64')}, ${old.toString('base64')}`);
    expect(keys).toEqual([next, old]);
  });

  test.each([
    '',
    'AAAA',
    `${Buffer.alloc(31).toString('base64')}`,
    `${Buffer.alloc(33).toString('base64')}`,
    `${Buffer.alloc(32).toString('base64')},`,
  ])('%p is no key', (text) => {
    expect(() => parseMasterKeys(text)).toThrow(RangeError);
  });

  test('a ring without a key is refused', () => {
    expect(() => createKeyRing([])).toThrow(RangeError);
  });
});

describe('keys of an order', () => {
  const ring = createKeyRing([old]);

  test('token, pick-up secret and seal come back from the wrapped key, and from it alone', () => {
    const { wrapped, keys } = newOrderKey(ring, 'acme/1');
    const again = unwrapOrderKey(ring, 'acme/1', wrapped);
    expect([again.token, again.tokenHash, again.pickupSecret, again.pickupHash]).toEqual([
      keys.token,
      keys.tokenHash,
      keys.pickupSecret,
      keys.pickupHash,
    ]);
    expect(again.codes.open(keys.codes.seal(plain, 'code:acme/1'), 'code:acme/1')).toEqual(plain);
    expect(() => unwrapOrderKey(ring, 'acme/2', wrapped)).toThrow(SealBroken);
  });

  test('token and pick-up secret have 256 bits, differ, and differ from order to order', () => {
    const made = Array.from({ length: 20 }, () => newOrderKey(ring, 'acme/1').keys);
    const secrets = made.flatMap(({ token, pickupSecret }) => [token, pickupSecret]);
    expect(new Set(secrets).size).toBe(40);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url').length).toBe(32);
  });

  test('one order cannot open the codes of another', () => {
    const a = newOrderKey(ring, 'acme/1').keys;
    const b = newOrderKey(ring, 'acme/1').keys;
    expect(() => b.codes.open(a.codes.seal(plain, 'x'), 'x')).toThrow(SealBroken);
  });
});

test('fingerprints tell equality under one key, and nothing under another', () => {
  expect(fingerprint(old, 'a')).toBe(fingerprint(old, 'a'));
  expect(fingerprint(old, 'a')).not.toBe(fingerprint(old, 'b'));
  expect(fingerprint(old, 'a')).not.toBe(fingerprint(next, 'a'));
});

test("the platform's own keys are the same in every process and after a rotation of the master key", async () => {
  type Kept = Awaited<ReturnType<KeyStore['readOrMake']>>;
  const kept = new Map<string, Kept>();
  const store: KeyStore = {
    find: async (_id) => kept.get(_id) ?? null,
    readOrMake: async (_id, make) => {
      const row = kept.get(_id) ?? { _id, sealed: await make(), createdAt: new Date(0) };
      kept.set(_id, row);
      return row;
    },
    rotate: async () => undefined,
    sealAnew: async (row, sealed) => void kept.set(row._id, { ...row, sealed }),
  };
  const load = (...keys: Buffer[]) =>
    loadPlatformKeys(
      createKeyRing(keys),
      store,
      () => 0,
      async () => true,
    );
  const first = await load(old);
  const second = await load(next, old);
  expect(second.fingerprintKey).toEqual(first.fingerprintKey);
  expect([first.isNew, first.areRowsSealed, second.isNew, second.areRowsSealed]).toEqual([true, true, false, true]);
  const publicHalves = async ({ delivery }: typeof first) =>
    (await delivery.live()).map(({ id, publicKey }) => [id, publicKeyToWhpk(publicKey)]);
  expect(await publicHalves(second)).toEqual(await publicHalves(first));
  await expect(load(next)).rejects.toThrow(SealBroken);
});

test('a key of before there were seals says so until rows are sealed, and no key that is made does', async () => {
  const ring = createKeyRing([old]);
  const rows = new Map<string, Buffer>([['fingerprint', ring.seal(next, places.platformKey('fingerprint'))]]);
  const rowOf = (_id: string, sealed: Buffer) => ({ _id, sealed, createdAt: new Date(0) });
  const store: KeyStore = {
    find: async (_id) => rowOf(_id, rows.get(_id) ?? Buffer.alloc(0)),
    readOrMake: async (_id, make) => {
      const sealed = rows.get(_id) ?? (await make());
      rows.set(_id, sealed);
      return rowOf(_id, sealed);
    },
    rotate: async () => undefined,
    sealAnew: async ({ _id }, sealed) => void rows.set(_id, sealed),
  };
  const load = () =>
    loadPlatformKeys(
      ring,
      store,
      () => 0,
      async () => true,
    );
  const before = await load();
  await before.noteSealed();
  const since = await load();
  expect([before.areRowsSealed, since.areRowsSealed]).toEqual([false, true]);
  expect([before.areClaimsBound, since.areClaimsBound]).toEqual([false, true]);
  expect(since.fingerprintKey).toEqual(before.fingerprintKey);
  rows.set('fingerprint', ring.seal(next, places.platformKeyOfSealedRows('fingerprint')));
  expect(await load()).toMatchObject({ areRowsSealed: true, areClaimsBound: false });
  rows.delete('fingerprint');
  expect(await load()).toMatchObject({ areRowsSealed: true, areClaimsBound: true });
  expect(() => ring.open(rows.get('fingerprint') ?? old, places.platformKey('fingerprint'))).toThrow(SealBroken);
});

describe('payload codec', () => {
  const payload = {
    metadata: { encoding: Buffer.from('json/plain'), type: Buffer.from('x') },
    data: Buffer.from('{"orderNo":"A-1"}'),
  };
  const codec = createPayloadCodec(createKeyRing([old]), true);

  test('a round trip gives back data and metadata, and nothing of them shows in between', async () => {
    const encoded = await codec.encode([payload, { metadata: {}, data: null }]);
    for (const { metadata, data } of encoded) {
      expect(Object.keys(metadata ?? {})).toEqual(['encoding']);
      expect(Buffer.from(data ?? []).includes('A-1')).toBe(false);
    }
    const [decoded] = await codec.decode(encoded);
    expect(Buffer.from(decoded?.data ?? []).toString()).toBe('{"orderNo":"A-1"}');
    expect(Buffer.from(decoded?.metadata?.encoding ?? []).toString()).toBe('json/plain');
    expect(Buffer.from(decoded?.metadata?.type ?? []).toString()).toBe('x');
  });

  test('what was never sealed passes as it is', async () => {
    expect(await codec.decode([payload])).toEqual([payload]);
  });

  test('what another key sealed is refused', async () => {
    const foreign = await createPayloadCodec(createKeyRing([next]), true).encode([payload]);
    await expect(codec.decode(foreign)).rejects.toThrow(SealBroken);
  });

  const inWorkflow = (workflowId: string) => ({ type: 'workflow' as const, namespace: 'default', workflowId });
  const inActivity = { type: 'activity' as const, namespace: 'default', activityId: '1', isLocal: false };

  test('what one workflow holds is opened in it and in its activities, and by who asks for no workflow', async () => {
    const sealed = await codec.encode([payload], inWorkflow('order/acme/1'));
    const places = [inWorkflow('order/acme/1'), { ...inActivity, workflowId: 'order/acme/1' }, undefined];
    for (const place of places) expect((await codec.decode(sealed, place))[0]?.data).toEqual(payload.data);
  });

  test('moved to another workflow, namespace or activity it is refused, whatever it says of itself', async () => {
    const sealed = await codec.encode([payload], inWorkflow('order/acme/1'));
    const elsewhere = [inWorkflow('order/acme/2'), { ...inWorkflow('order/acme/1'), namespace: 'x' }, inActivity];
    for (const place of elsewhere) await expect(codec.decode(sealed, place)).rejects.toThrow(SealBroken);
    const data = sealed[0]?.data ?? null;
    const encoding = Buffer.from('binary/encrypted');
    const forged: Payload[] = [
      { metadata: { encoding, place: Buffer.from('default/order/acme/2') }, data },
      { metadata: { encoding }, data },
    ];
    for (const one of forged) {
      await expect(codec.decode([one], inWorkflow('order/acme/2'))).rejects.toThrow(SealBroken);
      await expect(codec.decode([one])).rejects.toThrow(SealBroken);
    }
    const ofActivity = await codec.encode([payload], inActivity);
    await expect(codec.decode(ofActivity, { ...inActivity, activityId: '2' })).rejects.toThrow(SealBroken);
  });

  test('one that seals nothing opens what was sealed', async () => {
    const plain = createPayloadCodec(createKeyRing([old]));
    expect(await plain.encode([payload], inActivity)).toEqual([payload]);
    const sealed = await codec.encode([payload], inActivity);
    expect((await plain.decode(sealed, inActivity))[0]?.data).toEqual(payload.data);
  });
});
