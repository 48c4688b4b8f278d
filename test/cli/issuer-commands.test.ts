import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { type MessageType, messageWays } from '../../src/cli/issuer/message-ways';
import { run } from '../../src/cli/run';
import { callbacks } from '../../src/contract/callbacks';
import { forgetMade } from '../support/forget-made';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile({ sandboxAllow: ['127.0.0.0/8'] });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codeferry-issuer-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const command = async (words: readonly string[], env: Record<string, string>, signal?: AbortSignal) => {
  const [out, err]: [string[], string[]] = [[], []];
  const withHome = { XDG_CONFIG_HOME: join(folder, 'config'), ...env };
  const running = run(words, {
    env: withHome,
    dataDir: folder,
    out: (t) => out.push(t),
    err: (t) => err.push(t),
    signal,
  });
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

describe('prove', () => {
  test('tells what to put at the host of a callback, looks for it, and ends by whether it is there', async () => {
    const issuer = await file.issuer();
    const env = {
      CODEFERRY_URL: file.platform.baseUrl,
      CODEFERRY_ISSUER: issuer.issuerId,
      CODEFERRY_ISSUER_SECRET: issuer.secret,
    };
    const prove = async (...words: string[]) => {
      await file.platform.core.database.issuers.updateOne({ _id: issuer.issuerId }, { $unset: { hostCheck: 1 } });
      const { running, out, err } = await command(['prove', ...words], env);
      return { code: await running, out: out.join('\n'), err: err.join('\n') };
    };
    const { file: toPut } = (await issuer.get('/callback-proof')).body;
    const first = await prove();
    expect(first).toMatchObject({ code: 1, err: expect.stringContaining('is not proved yet') });
    for (const word of [toPut.url, toPut.content, 'For the file, the server']) expect(first.out).toContain(word);
    const planned = await prove('https://codes.example.com/callback');
    expect(planned.code).toBe(1);
    expect(planned.out).toContain('_codeferry.codes.example.com');
    issuer.files.set(new URL(toPut.url).pathname, toPut.content);
    const found = await prove();
    expect(found).toMatchObject({ code: 0, out: expect.stringMatching(/The file is there\.\n.* is proved by file/) });
    const json = await prove('--json');
    expect([json.code, JSON.parse(json.out).proved.by]).toEqual([0, 'file']);
    await issuer.post('/settings', { type: 'issuer.settings', callback: { kind: 'pull' } });
    expect(await prove()).toMatchObject({ code: 1, err: expect.stringContaining('not_url') });
    expect((await prove('codes.example.com')).code).toBe(2);
  });
});

describe('login and trigger', () => {
  test('one login serves all commands of the issuer, from a file that no one else reads', async () => {
    const config = join(folder, 'login');
    const env = { XDG_CONFIG_HOME: config };
    const url = ['--url', `${file.platform.baseUrl}/`];
    const told = async (words: string[], more = {}) => {
      const { running, out, err } = await command(words, { ...env, ...more });
      return { code: await running, text: [...out, ...err].join('\n') };
    };
    const path = join(config, 'codeferry', 'issuers.json');
    expect(await told(['login', ...url])).toEqual({
      code: 0,
      text: expect.stringMatching(/^test-[0-9a-f]{20} at (.|\n)*Next: .* listen .* trigger/),
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(await readFile(path, 'utf8'));
    const { issuerId, secret } = kept.issuers[file.platform.baseUrl];
    expect(await told(['login'])).toEqual({ code: 0, text: expect.stringContaining(`${issuerId} at `) });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(kept);
    const paid = await told(['trigger', 'order.cancelled', '--wait', '1']);
    expect(paid).toEqual({ code: 1, text: expect.stringMatching(/did not come: trigger-\w+ is cancelled.*listen/) });
    const stopping = new AbortController();
    const heard = createServer((_request, response) => response.writeHead(204).end());
    await new Promise<void>((resolve) => heard.listen(0, '127.0.0.1', resolve));
    const forward = ['--forward', `http://127.0.0.1:${(heard.address() as AddressInfo).port}/`];
    const first = await command(['listen', ...forward], env, stopping.signal);
    const line = await until('the event', () => first.out.find((text) => text.startsWith('-> order.cancelled')));
    await until('its answer', () => first.out.some((text) => text.startsWith('<- order.cancelled')));
    stopping.abort();
    await first.running;
    const [, id = ''] = /trigger-\w+ (\S+)/.exec(line) ?? [];
    const again = new AbortController();
    const second = await command(['listen', ...forward, '--replay', id], env, again.signal);
    await until('the replayed message', () => second.out.some((text) => text.includes(id)));
    again.abort();
    expect(await second.running).toBe(0);
    heard.close();
    const wrong = {
      CODEFERRY_ISSUER: issuerId,
      CODEFERRY_ISSUER_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
    };
    expect(await told(['login'], wrong)).toEqual({ code: 1, text: expect.stringContaining('signature_invalid') });
    // Another is made where another is meant, where it is asked for, and where the kept one is gone.
    for (const [words, isNew] of [
      [['--code-mode', 'push'], true],
      [['--code-mode', 'push'], false],
      [['--new'], true],
      [['gone'], true],
    ] as const) {
      await forgetMade(file.platform);
      const before = JSON.parse(await readFile(path, 'utf8')).issuers[file.platform.baseUrl].issuerId;
      const isGone = words[0] === 'gone';
      if (isGone) await file.platform.core.database.issuers.deleteOne({ _id: before });
      const { code } = await told(['login', ...(isGone ? [] : words)]);
      const after = JSON.parse(await readFile(path, 'utf8')).issuers[file.platform.baseUrl].issuerId;
      expect([words, code, after !== before]).toEqual([words, 0, isNew]);
    }
    const right = await told(['login'], { ...wrong, CODEFERRY_ISSUER_SECRET: secret });
    expect(right).toEqual({ code: 0, text: expect.stringContaining('its secret fits') });
    // A kept secret goes nowhere else.
    const elsewhere = await told(['trigger', 'order.paid', '--url', 'http://127.0.0.1:1']);
    expect(elsewhere).toEqual({ code: 2, text: expect.stringContaining('login') });
    expect((await told(['logout', ...url])).text).toContain(issuerId);
    expect((await told(['trigger', 'order.paid', ...url])).code).toBe(2);
  });

  test('a server that refuses the message is told of, and whoever is called needs no listen', async () => {
    const issuer = await file.sandboxIssuer();
    issuer.on('order.paid', async () => ({ status: 401 }));
    const env = {
      CODEFERRY_URL: file.platform.baseUrl,
      CODEFERRY_ISSUER: issuer.issuerId,
      CODEFERRY_ISSUER_SECRET: issuer.secret,
    };
    const login = await command(['login'], env);
    expect([await login.running, login.out.at(-1)]).toEqual([0, 'Next: npx codeferry trigger order.paid']);
    const { running, out, err } = await command(['trigger', 'order.paid'], env);
    expect([await running, err.join(), out.at(-1)]).toEqual([0, '', expect.stringMatching(/and answered 401$/)]);
  });

  test('a server that gives its codes before it is asked is told at once that this is why it is not', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const data = [
      { at, event: 'notice_answered', detail: { ok: true } },
      { at, event: 'codes_judged', detail: { verdict: 'accepted', codes: 1 } },
    ];
    const answers: Readonly<Record<string, object>> = {
      self: { mode: 'test', codeMode: 'request', callback: { kind: 'pull' } },
      orders: { orderNo: 'trigger-1', state: 'accepted' },
      timeline: { data },
      'trigger-1': { orderNo: 'trigger-1', state: 'delivered' },
    };
    const platform = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answers[request.url?.split('/').at(-1) ?? '']));
    });
    await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
    const { running, err } = await command(['trigger', 'order.code_requested'], {
      CODEFERRY_URL: `http://127.0.0.1:${(platform.address() as AddressInfo).port}`,
      CODEFERRY_ISSUER: 'test-1',
      CODEFERRY_ISSUER_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
    });
    expect([await running, err.join()]).toEqual([1, expect.stringContaining('gave its codes before it was asked')]);
    expect(err.join()).not.toContain('listen');
    platform.close();
  });

  let making: Promise<unknown> = Promise.resolve();
  test('every message of the contract has its way', () => {
    expect(Object.keys(messageWays).sort()).toEqual(callbacks.map(({ type }) => type).sort());
  });

  test.concurrent.each(callbacks.map(({ type }) => type as MessageType))(
    '%s comes, or its way is told',
    async (type) => {
      const way = messageWays[type];
      // One address makes few at once.
      const made = making.then(() => file.sandboxIssuer({ codeMode: 'request' }));
      making = made;
      const issuer = await made;
      const verify = async (orderNo: string) => {
        const { body } = await issuer.order(orderNo);
        await issuer.verify(orderNo, { amount: body.amount });
      };
      issuer.on('order.paid', async ({ data }) => {
        if (way.kind === 'order' && way.server.length > 0) await verify(data.orderNo);
        return { status: 204 };
      });
      const codes = [{ itemId: 'a', value: `TRIGGER-${type}` }];
      issuer.on('order.code_requested', async () =>
        type === 'order.closing' ? { status: 202 } : { status: 200, body: { status: 'issued', codes } },
      );
      issuer.on('order.void_requested', async () => ({ status: 200, body: { status: 'destroyed' } }));
      const { running, out, err } = await command(['trigger', type], {
        CODEFERRY_URL: file.platform.baseUrl,
        CODEFERRY_ISSUER: issuer.issuerId,
        CODEFERRY_ISSUER_SECRET: issuer.secret,
      });
      const exitCode = await running;
      if (way.kind === 'told') {
        expect([exitCode, err.join()]).toEqual([2, expect.stringContaining(way.by)]);
        return;
      }
      expect([err.join(), exitCode]).toEqual(['', 0]);
      await until(`${type} at the server`, () => issuer.received.some((message) => message.type === type));
      expect(out.join()).not.toContain('TRIGGER-');
      if (way.kind === 'order') expect(out.at(-1)).toContain(`${type} was sent`);
      // A terminal's answer is no more than taken or not.
      if (way.kind === 'order' && type !== 'code.delivered') expect(out.at(-1)).toMatch(/and answered 20\d$/);
    },
  );
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
