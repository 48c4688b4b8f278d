import { generateKeyPairSync, verify } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createEmailDelivery } from '../../src/channels/email/deliver';
import { messageCodes } from '../../src/channels/email/message-codes';
import { codePng } from '../../src/channels/page/barcode';
import { pageWords } from '../../src/channels/page/translations';
import type { MailServer } from '../../src/mail/mail-server';
import type { DkimKey } from '../../src/mail/mailer';
import { certificate, startMailServer } from '../support/mail-server';

const limits = { connectMs: 300, silenceMs: 300, wholeMs: 1_000 };
const delivery = {
  order: { issuerId: 'bean-bar', orderNo: 'A-1', product: { id: 'coffee', name: 'Coffee' } },
  terminal: { address: 'buyer@mail.example' },
  pickupUrl: 'https://codes.example/p/secret',
  seller: {
    name: 'Bean Bar',
    branding: { displayName: 'Bean Bar', supportEmail: 'help@bean-bar.example' },
    codeInMessage: false,
  },
  circuit: undefined,
  messageId: 'cf_delivery_1',
  atMs: 0,
  codes: [{ itemId: 'a', value: 'CODE', format: 'text' as const }],
  issuerSecrets: [],
  isPastCircuit: false,
  signal: new AbortController().signal,
};

const deliver = (server: MailServer, { trustedCa, dkim }: { trustedCa?: string; dkim?: DkimKey } = {}) =>
  createEmailDelivery(
    { server, from: 'codes@shop.example', ...(dkim ? { dkim } : {}) },
    { nowMs: Date.now },
    { limits, ...(trustedCa ? { trustedCa } : {}) },
  )(delivery);

const tookMs = expect.any(Number);
const failed = (problem: string, isFinal = false) => ({ kind: 'failed', status: 0, problem, isFinal, tookMs });

/** A server that says these lines, each after the client's next one, and then nothing. */
const withServer = async <T>(
  onConnect: (socket: Socket) => void,
  run: (server: MailServer) => Promise<T>,
): Promise<T> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnect(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await run({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, security: 'off' });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
};

test.each(['starttls', 'smtps'] as const)(
  'over %s a mail goes to a server whose certificate is trusted, and to no other',
  async (security) => {
    const server = await startMailServer({ secure: security === 'smtps' });
    try {
      expect(await deliver(server.as(security), { trustedCa: certificate })).toEqual({
        kind: 'delivered',
        state: 'sent',
        status: 0,
        tookMs,
      });
      expect(await deliver(server.as(security))).toEqual(failed('network'));
      expect(server.taken).toHaveLength(1);
    } finally {
      await server.stop();
    }
  },
);

test('answers go to the issuer’s support', async () => {
  const server = await startMailServer();
  try {
    await deliver(server.as('off'));
    expect(server.taken[0]?.raw).toMatch(/^Reply-To: help@bean-bar\.example\r$/m);
  } finally {
    await server.stop();
  }
});

test.each([
  [421, false],
  [450, false],
  [550, true],
  [554, true],
])('SMTP %d: no further try can help: %p', async (status, isFinal) => {
  const server = await startMailServer();
  server.refuseWith(status);
  try {
    expect(await deliver(server.as('off'))).toEqual(failed(`smtp_${status}`, isFinal));
  } finally {
    await server.stop();
  }
});

test.each([
  ['says nothing', () => undefined, 'timeout'],
  ['speaks something else', (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'answer_malformed'],
  ['hangs up', (socket: Socket) => socket.end(), 'unreachable'],
  ['says 554 at once', (socket: Socket) => socket.write('554 go away\r\n'), 'smtp_554'],
  ['greets and falls silent', (socket: Socket) => socket.write('220 mail.test\r\n'), 'timeout'],
] as const)('a server that %s is a failed try', async (_name, onConnect, problem) => {
  const outcome = await withServer((socket) => void onConnect(socket), deliver);
  expect(outcome).toMatchObject({ kind: 'failed', problem });
});

test('nobody there is a failed try', async () => {
  expect(await deliver({ host: '127.0.0.1', port: 9, security: 'off' })).toMatchObject({
    kind: 'failed',
    isFinal: false,
  });
});

test('with a key of ours a mail is signed for the domain that it comes from', async () => {
  const server = await startMailServer();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  try {
    const dkim = { selector: 'codes', privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
    await deliver(server.as('off'), { dkim });
    const raw = server.taken[0]?.raw ?? '';
    const header = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
    const [, fields = ''] = /^DKIM-Signature: (.*)$/m.exec(header.replaceAll('\r', '')) ?? [];
    expect(fields).toContain('d=shop.example');
    expect(fields).toContain('s=codes');
    const names = (/ h=([^;]+)/.exec(fields)?.[1] ?? '').split(':').map((name) => name.trim());
    const signature = (/ b=([^;]+)/.exec(fields)?.[1] ?? '').replaceAll(' ', '');
    const lines = header.replaceAll('\r', '').split('\n');
    const relaxed = (line: string) =>
      `${line.slice(0, line.indexOf(':')).toLowerCase()}:${line
        .slice(line.indexOf(':') + 1)
        .replace(/[ \t]+/g, ' ')
        .trim()}`;
    const signed = [
      ...names.flatMap((name) =>
        lines.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)).map(relaxed),
      ),
      relaxed(`DKIM-Signature: ${fields.replace(/ b=[^;]+/, ' b=')}`),
    ].join('\r\n');
    expect(verify('sha256', Buffer.from(signed), publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  } finally {
    await server.stop();
  }
});

test('a mail with its codes has pictures as long as these are drawn in a moment; the values it has all', async () => {
  const codesOf = (...values: string[]) =>
    values.map((value, n) => ({ itemId: String(n), value, format: 'qr' as const }));
  const picturedOf = async (codes: ReturnType<typeof codesOf>) =>
    (await messageCodes(codes, pageWords('en'), codePng)).map(({ code, picture }) => [
      code.value,
      picture !== undefined,
    ]);
  const [short, long] = ['CODE', '🎫'.repeat(512)];
  expect(await picturedOf(codesOf(short, `${short}2`))).toEqual([
    [short, true],
    [`${short}2`, true],
  ]);
  expect(await picturedOf(codesOf(short, long, `${short}2`))).toEqual([
    [short, true],
    [long, false],
    [`${short}2`, false],
  ]);
});
