import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { run } from '../../src/cli/run';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codeferry-issuer-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const command = async (words: readonly string[], env: Record<string, string>, signal?: AbortSignal) => {
  const [out, err]: [string[], string[]] = [[], []];
  const running = run(words, { env, dataDir: folder, out: (t) => out.push(t), err: (t) => err.push(t), signal });
  return { running, out, err };
};

describe('listen', () => {
  test('brings signed messages to a server of this machine, and its answers back; prints no code and no token', async () => {
    const issuer = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
    const env = {
      CODEFERRY_URL: file.platform.baseUrl,
      CODEFERRY_ISSUER: issuer.issuerId,
      CODEFERRY_ISSUER_SECRET: issuer.secret,
    };
    const tokens: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = request.headers as IncomingHttpHeaders as Record<string, string>;
      const { type, data } = new Webhook(issuer.secret).verify(Buffer.concat(chunks).toString(), headers) as {
        type: string;
        data: { orderNo: string; token: string };
      };
      if (type === 'order.paid') {
        tokens.push(data.token);
        await issuer.verify(data.orderNo, { token: data.token });
      }
      const codes = [{ itemId: 'a', value: 'LISTEN-SECRET-1' }];
      if (type === 'order.code_requested') response.writeHead(200).end(JSON.stringify({ status: 'issued', codes }));
      else response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const forward = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
    const stopping = new AbortController();
    const { running, out } = await command(['listen', '--forward', forward], env, stopping.signal);
    try {
      await issuer.place('listen-1', { metadata: { note: 'LISTEN-NOTE' } });
      await issuer.inState('listen-1', 'delivered');
      await until('the event to be printed', () => out.some((line) => line.startsWith('<- order.delivered')));
    } finally {
      stopping.abort();
      expect(await running).toBe(0);
      server.close();
    }
    const text = out.join('\n');
    for (const word of ['order.paid listen-1', 'order.code_requested', '"status":"issued"'])
      expect(text).toContain(word);
    expect(tokens).toHaveLength(1);
    for (const secret of ['LISTEN-SECRET-1', 'LISTEN-NOTE', issuer.secret, ...tokens])
      expect(text).not.toContain(secret);
  });

  test('an issuer that is called, and what was not given, are said', async () => {
    const { issuerId, secret } = await file.issuer();
    const env = { CODEFERRY_URL: file.platform.baseUrl, CODEFERRY_ISSUER: issuerId, CODEFERRY_ISSUER_SECRET: secret };
    const words = ['listen', '--forward', 'http://127.0.0.1:1/callback'];
    const called = await command(words, env);
    expect([await called.running, called.err.join()]).toEqual([1, expect.stringContaining('"kind":"pull"')]);
    const { CODEFERRY_ISSUER_SECRET: _, ...without } = env;
    const unsaid = await command(words, without);
    expect([await unsaid.running, unsaid.err.join()]).toEqual([2, expect.stringContaining('CODEFERRY_ISSUER_SECRET')]);
  });
});

describe('verify-signature', () => {
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
  const body = '{"type": "order.cancellation", "orderNo": "A-1"}';
  const now = () => new Date();

  const told = async (
    {
      at = now(),
      key = secret,
      signed = body,
      sent = body,
      scale = 1_000,
    }: {
      at?: Date;
      key?: string;
      signed?: string;
      sent?: string;
      scale?: number;
    },
    rest?: string[],
  ) => {
    const headers = [
      'webhook-id: msg_1',
      `webhook-timestamp: ${Math.floor(at.getTime() / scale)}`,
      `webhook-signature: ${new Webhook(key).sign('msg_1', at, signed)}`,
    ];
    await writeFile(join(folder, 'headers'), headers.map((line) => `> ${line}`).join('\r\n'));
    await writeFile(join(folder, 'body'), sent);
    const words = rest ?? ['--body', join(folder, 'body')];
    const ended = await command(['verify-signature', '--headers', join(folder, 'headers'), ...words], {
      CODEFERRY_ISSUER_SECRET: secret,
    });
    return [await ended.running, ended.out.join('\n')];
  };

  test('what is right is right, with and without a body', async () => {
    expect(await told({})).toEqual([0, expect.stringContaining('is right')]);
    const line = 'GET /v1/issuers/acme/orders?limit=3';
    expect(await told({ signed: line }, ['--request', line])).toEqual([0, expect.stringContaining('is right')]);
  });

  test.each([
    ['an old clock', () => ({ at: new Date(Date.now() - 900_000) }), /^clock: 9\d\d s behind.*\nkey and bytes fit$/],
    ['milliseconds', () => ({ scale: 1 }), /clock: .*milliseconds/],
    ['another key', () => ({ key: other }), /^key or bytes: another secret/],
    [
      'a key read as text',
      () => ({ key: `whsec_${Buffer.from(secret).toString('base64')}` }),
      /^key: the secret was used as text/,
    ],
    [
      'a body written again',
      () => ({ signed: JSON.stringify(JSON.parse(body)) }),
      /^bytes: the JSON was written again/,
    ],
    ['a line break that was sent', () => ({ sent: `${body}\n` }), /^bytes: a line break at the end was sent/],
    ['a line break that was signed', () => ({ signed: `${body}\n` }), /^bytes: a line break at the end was signed/],
  ])('%s is named', async (_name, what, says) => {
    expect(await told(what())).toEqual([1, expect.stringMatching(says)]);
  });
});
