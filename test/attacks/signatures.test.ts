import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { someAtOnce } from '../../src/bounded/some-at-once';
import type { TestIssuer } from '../support/issuer';
import { often } from '../support/long-form';
import { platformOfFile } from '../support/platform-of-file';
import { type Attack, createAttack } from './attack';
import { signatureOf } from './sender';

const file = platformOfFile({ worker: false });
const tries = often(400, 20_000);
const atOnce = 10;

interface Sent {
  target: string;
  id: string;
  at: string;
  signatures: readonly string[];
  body: Buffer;
  /** Headers of the same name twice. */
  twice: readonly [string, string][];
}

/** What is changed of a right request, after it was signed; each must cost it its sender. */
const changes: readonly ((sent: Sent, attack: Attack, other: TestIssuer) => Sent)[] = [
  (sent, { below }) => {
    const body = Buffer.from(sent.body);
    const at = below(body.length);
    body[at] = (body[at] ?? 0) ^ (1 << below(8));
    return { ...sent, body };
  },
  (sent) => ({ ...sent, body: Buffer.concat([sent.body, Buffer.from(' ')]) }),
  (sent) => ({ ...sent, body: sent.body.subarray(0, -1) }),
  (sent, { below }) => {
    const [version = '', text = ''] = sent.signatures[0]?.split(',') ?? [];
    const bytes = Buffer.from(text, 'base64');
    const at = below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    return { ...sent, signatures: [`${version},${bytes.toString('base64')}`] };
  },
  (sent, { pick }) => ({
    ...sent,
    signatures: [sent.signatures[0]?.replace('v1,', pick(['v1a,', 'v2,', 'V1,', 'v1:', '', 'v01,'])) ?? ''],
  }),
  (sent, { below }) => ({ ...sent, signatures: [(sent.signatures[0] ?? '').slice(0, 3 + below(40))] }),
  (sent, { pick }) => ({
    ...sent,
    signatures: [pick(['', 'v1,', 'v1', ',', ' ', 'null', 'v1,null', `v1,${'A'.repeat(44)}`, `v1,${'='.repeat(44)}`])],
  }),
  (sent) => ({ ...sent, signatures: [Buffer.from(sent.signatures[0] ?? '').toString('hex')] }),
  (sent, { pick }) => ({
    ...sent,
    at: pick([
      `${Number(sent.at) + 1}`,
      `${Number(sent.at) - 1}`,
      `${sent.at}.0`,
      `+${sent.at}`,
      `0${sent.at}`,
      `${Number(sent.at).toExponential()}`,
      `0x${Number(sent.at).toString(16)}`,
      `${sent.at}000`,
      '0',
      '-1',
      'NaN',
      '',
    ]),
  }),
  (sent, { pick }) => ({
    ...sent,
    id: pick([`${sent.id}x`, sent.id.toUpperCase(), ` ${sent.id} .`, sent.id.slice(1), randomUUID(), 'cf_1', '']),
  }),
  (sent, _attack, other) => ({ ...sent, target: sent.target.replace(/issuers\/[^/]+/, `issuers/${other.issuerId}`) }),
  (sent, _attack, other) => ({ ...sent, signatures: [signatureOf(other.secret, sent.id, sent.at, sent.body)] }),
  (sent) => ({ ...sent, twice: [['webhook-id', randomUUID()]] }),
  (sent) => ({ ...sent, twice: [['webhook-timestamp', String(Number(sent.at) + 1)]] }),
  // What was signed is moved over a border of its parts.
  (sent) => ({ ...sent, id: `${sent.id}.${sent.at}`, at: sent.at }),
  (sent) => ({
    ...sent,
    signatures: Array.from({ length: 10 }, () => `v1,${Buffer.from(randomUUID()).toString('base64')}`),
  }),
];

const send = async ({ target, id, at, signatures, body, twice }: Sent): Promise<{ status: number; code: string }> => {
  const { hostname, port } = new URL(file.platform.baseUrl);
  const headers = [
    ...['content-type', 'application/json', 'content-length', String(body.length)],
    ...['webhook-id', id, 'webhook-timestamp', at, 'webhook-signature', signatures.join(' '), 'host', hostname],
    ...twice.flat(),
  ];
  const call = request({ hostname, port, path: target, method: 'POST', headers });
  call.end(body);
  const [response] = await once(call, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode, code: text ? (JSON.parse(text).code ?? '') : '' };
};

test('whatever is changed of a signed request costs it its sender, and no order comes of it', async () => {
  const attack = createAttack('signatures');
  let [mine, other] = [await file.issuer(), await file.issuer()];
  const rightRequest = (orderNo: string): Sent => {
    const [id, at] = [randomUUID(), String(Math.floor(file.platform.nowMs() / 1_000))];
    const facts = { product: { id: 'coffee', name: 'Coffee' }, amount: { value: 1_000, currency: 'EUR' } };
    const body = Buffer.from(JSON.stringify({ type: 'order.payment', orderNo, ...facts }));
    const signatures = [signatureOf(mine.secret, id, at, body)];
    return { target: `/v1/issuers/${mine.issuerId}/orders`, id, at, signatures, body, twice: [] };
  };
  const tryOne = async (n: number): Promise<void> => {
    const change = attack.pick(changes);
    const changed = change(rightRequest(`order-${n}`), attack, other);
    const { status, code } = await send(changed);
    const isHeld = status === 401 && code === 'signature_invalid';
    attack.note(code || String(status), isHeld ? undefined : `${changes.indexOf(change)} ${JSON.stringify(changed)}`);
  };
  await someAtOnce(atOnce, Array.from({ length: tries }), (_none, n) => tryOne(n));
  expect(attack.end()).toEqual([]);
  for (const issuer of [mine, other]) expect((await issuer.get('/orders')).body.data).toEqual([]);
  expect((await send(rightRequest('right'))).status).toBe(201);
  [mine, other] = [other, mine];
  expect((await send(rightRequest('right'))).status).toBe(201);
});
