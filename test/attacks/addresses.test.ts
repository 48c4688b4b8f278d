import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound } from '../../src/outbound/client';
import { often } from '../support/long-form';
import { type Attack, createAttack } from './attack';

const tries = often(2_000, 200_000);

/** First and last of ranges that are inside somebody's network. */
const ranges: readonly (readonly [number, number])[] = [
  ...([
    [0x00000000, 0x00ffffff],
    [0x0a000000, 0x0affffff],
    [0x7f000000, 0x7fffffff],
    [0xa9fe0000, 0xa9feffff],
  ] as const),
  ...([
    [0xac100000, 0xac1fffff],
    [0xc0a80000, 0xc0a8ffff],
    [0x64400000, 0x647fffff],
    [0xc6120000, 0xc613ffff],
  ] as const),
  ...([
    [0xe0000000, 0xffffffff],
    [0xc0000200, 0xc00002ff],
    [0xc0000000, 0xc00000ff],
  ] as const),
];

const octets = (n: number): readonly number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const hex = (n: number): string => n.toString(16);
const half = (n: number): readonly [string, string] => [hex(n >>> 16), hex(n & 0xffff)];
const wide = (text: string): string =>
  text.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));

/** Each is the same address to some reader of URLs. */
const spellings: readonly ((n: number, attack: Attack) => string)[] = [
  (n) => octets(n).join('.'),
  (n) => `${octets(n).join('.')}.`,
  (n) => String(n),
  (n) => `0x${hex(n)}`,
  (n) => `0${n.toString(8)}`,
  (n, { pick }) =>
    octets(n)
      .map((one) => pick([String(one), `0x${hex(one)}`, `0${one.toString(8)}`, `000${one.toString(8)}`]))
      .join('.'),
  (n) => `${n >>> 24}.${n & 0xffffff}`,
  (n) => `${n >>> 24}.${(n >>> 16) & 255}.${n & 0xffff}`,
  (n) => wide(octets(n).join('.')),
  (n, { pick }) => octets(n).join(pick(['\u3002', '\uff0e', '\uff61'])),
  (n) =>
    octets(n)
      .join('.')
      .replaceAll(/[0-9]/g, (digit) => `%3${digit}`),
  (n) => `[::ffff:${octets(n).join('.')}]`,
  (n) => `[::ffff:${half(n).join(':')}]`,
  (n) => `[0:0:0:0:0:FFFF:${half(n).join(':')}]`,
  (n) => `[::ffff:0:${half(n).join(':')}]`,
  (n) => `[::${half(n).join(':')}]`,
  (n) => `[64:ff9b::${half(n).join(':')}]`,
  (n) => `[64:ff9b:1::${half(n).join(':')}]`,
  (n) => `[2002:${half(n).join(':')}::1]`,
  (n) => `[2001:0:0101:0101::${half(~n >>> 0).join(':')}]`,
  (n, { below }) => `[f${'cdef'[below(4)]}${'89ab'[below(4)]}0::${hex(n & 0xffff)}]`,
];

const urlOf = (host: string, { pick }: Attack): string =>
  pick([
    ...Array.from({ length: 12 }, () => () => `https://${host}/`),
    () => `https://${host}:8443/x?y#z`,
    () => `HTTPS://${host}`,
    () => `http://${host}/`,
    () => `https://shop.example@${host}/`,
    () => `https://${host}\\@shop.example/`,
    () => `https:\\\\${host}\\`,
    () => `https:/${host}/`,
    () => `https:${host}`,
    () => ` https://${host}/`,
    () => `ht\ttps://${host}/`,
    () => `https://${host}\u0000.shop.example/`,
    () => `https://${host}%2fshop.example/`,
    () => `https:///${host}/`,
    () => `//${host}/`,
  ])();

test('no spelling of an address inside a network is taken for one that may be called, and none is connected to', async () => {
  const attack = createAttack('spellings of addresses');
  let connections = 0;
  const inside = createServer((_request, response) => response.end());
  inside.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((listening) => inside.listen(0, '127.0.0.1', listening));
  const { port } = inside.address() as AddressInfo;
  const guard = createAddressGuard({
    allowCidrs: [],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  const outbound = createOutbound({ guard, clock: { nowMs: Date.now } });
  for (let tried = 0; tried < tries; tried += 1) {
    const [from, to] = attack.pick(ranges);
    const address = from + attack.below(to - from + 1);
    const url = urlOf(attack.pick(spellings)(address, attack), attack);
    const told = await guard.urlProblem(url);
    attack.note(told?.code ?? 'taken', told ? undefined : url);
  }
  // What the text does not tell, the connection does: those that lead to this machine are called for once.
  for (const spelling of spellings) {
    const url = `https://${spelling(0x7f000001, attack)}:${port}/`;
    if (!URL.canParse(url)) continue;
    const call = { issuerId: `issuer-${url}`, url, body: Buffer.from('{}'), headers: {}, answerLimitBytes: 1_024 };
    const result = await outbound.postSigned(call);
    attack.note('not called', result.kind === 'failed' && result.reason === 'address_forbidden' ? undefined : url);
  }
  await outbound.close();
  await new Promise((closed) => inside.close(closed));
  expect(attack.end()).toEqual([]);
  expect(connections).toBe(0);
});
