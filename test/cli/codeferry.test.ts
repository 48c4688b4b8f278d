import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/run';
import { projectFolder } from '../../src/dev/project-folder';
import { createKeyRing } from '../../src/sealing/key-ring';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile();
let issuer: TestIssuer;
let emptyFolder: string;

beforeAll(async () => {
  emptyFolder = await mkdtemp(join(tmpdir(), 'codeferry-cli-'));
  issuer = await file.issuer();
});
afterAll(() => rm(emptyFolder, { recursive: true }));

interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** The command in this process, as its root runs it. */
const command = async (
  words: readonly string[],
  env: Record<string, string> = { CODEFERRY_URL: file.platform.baseUrl, CODEFERRY_TOKEN: file.platform.operatorToken },
  dataDir = emptyFolder,
): Promise<Ended> => {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await run(words, { env, dataDir, out: (t) => out.push(t), err: (t) => err.push(t) });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
};

const at = (orderNo: string): string => `${issuer.issuerId}/${orderNo}`;

const undeliverable = async (orderNo: string): Promise<void> => {
  await issuer.placeVerified(orderNo, { terminal: { channel: 'webhook', url: `${gone.url}/gone` } });
  await issuer.submit(orderNo, [{ itemId: 'a', value: `CLI-SECRET-${orderNo}` }]);
  await issuer.inState(orderNo, 'undeliverable');
};

/** Answers every path with one status; a webhook terminal that answers 410 makes an order undeliverable at once. */
const listen = async (status: number | 'never', headers: Record<string, string> = {}, body = '') => {
  const asked: { url: string | undefined; authorization: string | undefined }[] = [];
  const server: Server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization });
    if (status !== 'never') response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};
const servers: Server[] = [];
let gone: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  gone = await listen(410);
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

describe('orders', () => {
  test('a list is a table with a line for each order, and says how to go on', async () => {
    await issuer.place('list-1');
    await issuer.place('list-2');
    const { exitCode, out } = await command(['orders', 'list', '--issuer', issuer.issuerId, '--limit', '1']);
    expect(exitCode).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^ORDER +STATE +CODES +AMOUNT +PRODUCT +CREATED$/);
    expect(lines[1]).toMatch(new RegExp(`^${at('list-2')} +\\w+ +0/1 +10\\.00 EUR +Coffee +20`));
    const cursor = /--cursor (\S+)$/.exec(out)?.[1] ?? '';
    const next = await command(['orders', 'list', '--issuer', issuer.issuerId, '--limit', '1', '--cursor', cursor]);
    expect(next.out).toContain(at('list-1'));
    expect(next.out).not.toContain(at('list-2'));
  });

  test('a list is narrowed by state and by how a number begins', async () => {
    await issuer.place('narrow-1');
    await issuer.message('order.paid', 'narrow-1');
    await issuer.inState('narrow-1', 'notified');
    const mine = ['orders', 'list', '--issuer', issuer.issuerId, '--begins', 'narrow'];
    expect((await command([...mine, '--state', 'notified'])).out).toContain(at('narrow-1'));
    expect((await command([...mine, '--state', 'expired'])).out).toBe('No orders');
  });

  test('orders and issuers of the sandbox have lists of their own', async () => {
    const { url, asked } = await listen(200, {}, '{"data":[],"nextCursor":null}');
    const env = { CODEFERRY_URL: url, CODEFERRY_TOKEN: 'token' };
    for (const name of ['orders', 'issuers']) {
      expect(await command([name, 'list', '--mode', 'test'], env)).toMatchObject({ exitCode: 0, out: `No ${name}` });
      expect(asked.at(-1)?.url).toBe(`/v1/operator/${name}?mode=test`);
    }
    expect((await command(['orders', 'list', '--mode', 'all'], env)).exitCode).toBe(2);
  });

  test('--json prints exactly what the api answers', async () => {
    await issuer.place('json-1');
    await issuer.inState('json-1', 'notified');
    const { out } = await command(['orders', 'show', at('json-1'), '--json']);
    const raw = await fetch(`${file.platform.baseUrl}/v1/operator/orders/${at('json-1')}`, {
      headers: { authorization: `Bearer ${file.platform.operatorToken}` },
    });
    expect(out).toBe(await raw.text());
  });

  test('an order is shown, explained and told from its beginning, without its code', async () => {
    await issuer.placeVerified('shown-1');
    await issuer.submit('shown-1', [{ itemId: 'a', value: 'CLI-SECRET-shown' }]);
    await issuer.inState('shown-1', 'delivered');
    const show = await command(['orders', 'show', at('shown-1')]);
    expect(show.out).toMatch(/^State +delivered$/m);
    expect(show.out).toMatch(/^Codes +1 of 1$/m);
    const why = await command(['orders', 'why', at('shown-1')]);
    expect(why.out).toMatch(/^Why +\w/m);
    const timeline = await command(['orders', 'timeline', at('shown-1')]);
    expect(timeline.out).toMatch(/^20\S+ +verification_judged +.*verdict=verified/m);
    for (const { exitCode, out, err } of [show, why, timeline]) {
      expect([exitCode, err]).toEqual([0, '']);
      expect(out).not.toContain('CLI-SECRET');
    }
  });

  test('renotify sends order.paid anew', async () => {
    await issuer.place('renotify-1');
    await issuer.inState('renotify-1', 'notified');
    expect((await command(['orders', 'renotify', at('renotify-1')])).exitCode).toBe(0);
    await issuer.message('order.paid', 'renotify-1', 2);
  });

  test('extend moves the end of the running window', async () => {
    await issuer.place('extend-1');
    await issuer.inState('extend-1', 'notified');
    const before = Date.parse((await issuer.order('extend-1')).body.verifyBy);
    expect((await command(['orders', 'extend', at('extend-1'), '--seconds', '60'])).exitCode).toBe(0);
    expect(Date.parse((await issuer.order('extend-1')).body.verifyBy) - before).toBe(60_000);
  });

  test('a refund is asked for one item, and decided by the name that the order is shown with', async () => {
    await issuer.placeVerified('refund-1', { quantity: 2 });
    await issuer.submit('refund-1', [
      { itemId: 'a', value: 'CLI-SECRET-refund-a' },
      { itemId: 'b', value: 'CLI-SECRET-refund-b' },
    ]);
    await issuer.inState('refund-1', 'delivered');
    const asked = await command(['orders', 'refund', at('refund-1'), '--item', 'b', '--reason', 'twice']);
    expect(asked).toMatchObject({ exitCode: 0, err: '' });
    const [, request = ''] = /^Refund request +(\S+), open until 20\S+Z, items: b$/m.exec(asked.out) ?? [];
    expect((await command(['orders', 'show', at('refund-1')])).out).toContain(`${request}, open until`);
    const decided = [
      'decide-refund',
      at('refund-1'),
      '--request',
      request,
      '--decision',
      'refused',
      '--reason',
      'used',
    ];
    expect(await command(['orders', ...decided])).toMatchObject({ exitCode: 0, err: '' });
    expect((await command(['orders', 'show', at('refund-1')])).out).toContain(`${request}, refused, items: b`);
  });

  test('cancel closes an order, and what is done to it then is refused by its code', async () => {
    await issuer.place('cancel-1');
    const cancelled = await command(['orders', 'cancel', at('cancel-1'), '--reason', 'by hand']);
    expect(cancelled.exitCode).toBe(0);
    expect(cancelled.out).toMatch(/^State +cancelled$/m);
    const refused = await command(['orders', 'extend', at('cancel-1'), '--seconds', '60']);
    expect(refused).toMatchObject({
      exitCode: 1,
      out: '',
      err: expect.stringMatching(/^Refused: order_closed \(409\) /),
    });
  });

  test('a code is redeemed once under its name, and the redemption is taken back', async () => {
    await issuer.placeVerified('redeem-1');
    await issuer.submit('redeem-1', [{ itemId: 'a', value: 'CLI-SECRET-redeem' }]);
    await issuer.inState('redeem-1', 'delivered');
    const redeem = ['orders', 'redeem', at('redeem-1'), '--redemption', 'desk-1', '--item', 'a'];
    for (const again of [redeem, redeem]) {
      const { exitCode, out } = await command(again);
      expect([exitCode, out]).toEqual([0, expect.stringMatching(/^Redemption +desk-1\nItem +a\nUses left +0$/)]);
    }
    const back = await command(['orders', 'reverse', at('redeem-1'), '--redemption', 'desk-1']);
    expect([back.exitCode, back.out]).toEqual([0, expect.stringMatching(/^Uses left +1$/m)]);
    const { out } = await command(['orders', 'timeline', at('redeem-1')]);
    expect(out).toContain('desk-1');
  });

  test('an undeliverable order is among the failures and is redelivered to another terminal', async () => {
    await undeliverable('failure-1');
    const failures = await command(['failures', '--limit', '100']);
    expect(failures.out).toMatch(new RegExp(`^${at('failure-1')} +undeliverable +20`, 'm'));
    expect((await command(['orders', 'redeliver', at('failure-1'), '--terminal', 'page'])).exitCode).toBe(0);
    await issuer.inState('failure-1', 'delivered');
    expect((await command(['orders', 'void', at('failure-1'), '--reason', 'lost'])).exitCode).toBe(0);
    await issuer.message('order.codes_void', 'failure-1');
    const audit = await command(['audit', '--limit', '100']);
    expect(audit.out).toMatch(new RegExp(`order\\.redelivered +${at('failure-1')} `));
    expect(audit.out).not.toContain('CLI-SECRET');
  });

  test('terminals are those that the platform offers, and nothing else is sent to it', async () => {
    const { out } = await command(['channels']);
    expect(out).toContain('webhook  Webhook       Web address');
    expect(out).not.toContain('email');
    for (const terminal of ['webhook', 'page:x', 'email:a@mail.example']) {
      const { exitCode, err } = await command(['orders', 'redeliver', at('failure-1'), '--terminal', terminal]);
      expect([exitCode, err]).toEqual([2, 'A terminal of this platform is one of: page, webhook:URL']);
    }
  });

  test('what an issuer wrote cannot steer the terminal', async () => {
    await issuer.place('steer-1', { product: { id: 'x', name: 'a\u001b[2Jb\nc\u202ed' } });
    const { out } = await command(['orders', 'show', at('steer-1')]);
    expect(out).toMatch(/^Product +a�\[2Jb�c�d \(x\)$/m);
  });
});

describe('issuers', () => {
  const create = (id: string, ...more: string[]) =>
    command([
      'issuers',
      'create',
      id,
      '--name',
      'Acme',
      '--callback',
      `${gone.url}/cb`,
      '--code-mode',
      'push',
      ...more,
    ]);

  test('a call is found, opened without its secrets and sent again', async () => {
    await issuer.placeVerified('called', { metadata: { note: 'CLI-SECRET-note' } });
    await issuer.submit('called', [{ itemId: 'item-1', value: 'CLI-SECRET-called' }]);
    const first = await issuer.message('order.delivered', 'called');
    const list = () => command(['issuers', 'calls', issuer.issuerId, '--limit', '100']);
    const lineOf = (kind: string) =>
      until(
        `${kind} is listed`,
        async () => new RegExp(`^(called:\\S+) .*${kind}.*$`, 'm').exec((await list()).out) ?? undefined,
      );
    const [line, codesCall = ''] = await lineOf('order\\.codes');
    expect(line).toMatch(/ order\.codes +from_issuer +good$/);
    const shown = await command(['issuers', 'call', issuer.issuerId, codesCall]);
    expect(shown.out).toMatch(/^Order +\S+\/called$/m);
    expect(shown.out).toContain('"itemId": "item-1"');
    expect(shown.out).toContain('"value": "•••"');
    expect(shown.out).toMatch(/^Answer, HTTP 201$/m);
    const [, told = ''] = await lineOf('order\\.delivered');
    const sent = await command(['issuers', 'replay', issuer.issuerId, told]);
    expect([sent.exitCode, sent.out]).toEqual([0, expect.stringMatching(/^As +same_message$/m)]);
    const second = await issuer.message('order.delivered', 'called', 2);
    expect([second.id, second.raw]).toEqual([first.id, first.raw]);
    const refused = await command(['issuers', 'replay', issuer.issuerId, codesCall]);
    expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('not_replayable') });
    expect(await command(['issuers', 'call', issuer.issuerId, 'no call'])).toMatchObject({ exitCode: 2 });
    expect((await list()).out + shown.out).not.toContain('CLI-SECRET');
  });

  test('create prints the secret once, and it is the one that signs', async () => {
    const id = `cli-${Date.now()}`;
    const { exitCode, out } = await create(id, '--terminal', 'page', '--verify-window-seconds', '30');
    expect(exitCode).toBe(0);
    expect(out.match(/whsec_[A-Za-z0-9+/=]{44}/g)).toHaveLength(1);
    const shown = await command(['issuers', 'show', id]);
    expect(shown.out).toMatch(/^Verify window +30 s$/m);
    expect(shown.out + (await command(['issuers', 'list', '--limit', '100'])).out).not.toContain('whsec_');
    expect(await create(id)).toMatchObject({ exitCode: 1, err: expect.stringContaining('issuer_exists') });
  });

  test('a refused field is named', async () => {
    const { exitCode, err } = await create(`cli-field-${Date.now()}`, '--callback', 'http://10.0.0.1/x');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^Refused: body_invalid \(422\).*\n {2}\/callback\/url: /);
  });

  test('pause holds an issuer, resume lets it go on', async () => {
    const other = await file.issuer();
    expect((await command(['issuers', 'pause', other.issuerId])).out).toMatch(/^State +paused$/m);
    expect((await other.place('paused-1')).body.code).toBe('issuer_paused');
    expect((await command(['issuers', 'resume', other.issuerId])).out).toMatch(/^State +active$/m);
    expect((await other.place('paused-1')).status).toBe(201);
  });

  test('a rotated secret signs, and the old one no longer when it was ended', async () => {
    const other = await file.issuer();
    const { out } = await command(['issuers', 'rotate-secret', other.issuerId, '--end-old-now']);
    expect((await other.place('rotated-1')).status).toBe(401);
    other.useSecret(/whsec_\S+/.exec(out)?.[0] ?? '');
    expect((await other.place('rotated-1')).status).toBe(201);
  });
});

describe('keys', () => {
  const keyIds = (text: string): string[] => text.match(/delivery-[\w-]{12}/g) ?? [];

  test('rotate makes a delivery key beside the old one, show lists both as terminals see them', async () => {
    const before = await command(['keys', 'show']);
    expect(before.out).toMatch(/^KEY +PUBLIC KEY +CREATED +ENDS\n/);
    const [old] = keyIds(before.out);
    const rotated = await command(['keys', 'rotate']);
    expect([rotated.exitCode, rotated.err]).toEqual([0, '']);
    expect(rotated.out).toMatch(/^Old key ends +20/m);
    const { out } = await command(['keys', 'show']);
    expect(keyIds(out)).toEqual([...keyIds(rotated.out), old]);
    expect(out).toContain(/whpk_\S+/.exec(rotated.out)?.[0]);
  });

  test('rotate --end-old-now leaves the new one alone', async () => {
    const rotated = await command(['keys', 'rotate', '--end-old-now']);
    expect(keyIds((await command(['keys', 'show'])).out)).toEqual(keyIds(rotated.out));
  });
});

describe('keys reseal', () => {
  const requestNamed = async () => {
    const row = await file.platform.core.database.requests.findOne({ status: 'kept' });
    if (!row?.answer) throw new Error('an answer is kept by now');
    return { id: row._id, sealed: row.answer.sealedBody };
  };
  const keep = (id: string, sealed: Buffer) =>
    file.platform.core.database.requests.updateOne({ _id: id }, { $set: { 'answer.sealedBody': sealed } });

  test('goes on until a whole round finds nothing, and says what it does not reach', async () => {
    await issuer.place('reseal-1');
    const { exitCode, out, err } = await command(['keys', 'reseal']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/^Looked at \d+ rows, sealed 0 values anew$/m);
    expect(out).toMatch(
      /^Everything in the database is under the first key: \d+ rows\. Histories in Temporal and backups are not/m,
    );
    const asJson = await command(['keys', 'reseal', '--json']);
    expect(Object.keys(JSON.parse(asJson.out)).sort()).toEqual(['broken', 'brokenIn', 'left', 'looked', 'resealed']);
  });

  test('is 1 and names the row when no key opens a value, and leaves it as it is', async () => {
    await issuer.place('reseal-2');
    const { id, sealed } = await requestNamed();
    const foreign = createKeyRing([Buffer.alloc(32, 9)]).seal(Buffer.from('{}'), `answer:${id}`);
    await keep(id, foreign);
    const { exitCode, out, err } = await command(['keys', 'reseal']);
    expect([exitCode, out]).toEqual([1, expect.stringContaining(`answer ${id}`)]);
    expect(err).toBe('1 values are opened by no key of MASTER_KEY: put the key that sealed them back.');
    expect((await file.platform.core.database.requests.findOne({ _id: id }))?.answer?.sealedBody).toEqual(foreign);
    await keep(id, sealed);
    expect((await command(['keys', 'reseal'])).exitCode).toBe(0);
  });
});

describe('exit codes', () => {
  test('health is 0 while the platform can work, and asks without a token', async () => {
    const { exitCode, out } = await command(['health'], { CODEFERRY_URL: file.platform.baseUrl });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Platform +ready$/m);
  });

  test('health is 1 and names the part that is away', async () => {
    const body = JSON.stringify({ status: 'not ready', parts: { mongodb: 'ok', temporal: 'unavailable' } });
    const away = await listen(503, { 'content-type': 'application/json' }, body);
    const { exitCode, out } = await command(['health'], { CODEFERRY_URL: away.url });
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^temporal +unavailable$/m);
  });

  test('health is 1 while no worker reports, as no order moves', async () => {
    const parts = { mongodb: 'ok', temporal: 'ok', reconciler: 'ok', workers: 'none' };
    const idle = await listen(200, { 'content-type': 'application/json' }, JSON.stringify({ status: 'ready', parts }));
    const { exitCode, out, err } = await command(['health'], { CODEFERRY_URL: idle.url });
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^Platform +not ready$/m);
    expect(err).toMatch(/^No worker reports/);
  });

  test('a wrong token is refused, and appears nowhere', async () => {
    const env = { CODEFERRY_URL: file.platform.baseUrl, CODEFERRY_TOKEN: 'not-the-token-at-all' };
    const { exitCode, out, err } = await command(['audit', '--json'], env);
    expect([exitCode, JSON.parse(out).code]).toEqual([1, 'operator_unauthorized']);
    expect(out + err).not.toContain('not-the-token');
  });

  test.each([
    ['an unknown command', ['ordres']],
    ['an order that is no name', ['orders', 'show', 'acme']],
    ['a path in a name', ['orders', 'show', '../x']],
    ['an unknown state', ['orders', 'list', '--state', 'lost']],
    ['a limit that is too large', ['orders', 'list', '--limit', '101']],
    ['a missing option', ['orders', 'extend', 'acme/1']],
    ['a token as an argument', ['orders', 'list', '--token', 'abc']],
    ['an address that is none', ['health', '--url', 'platform']],
    ['a terminal that is no name', ['orders', 'redeliver', 'acme/1', '--terminal', 'webhook:']],
  ])('%s is 2, and nothing is sent', async (_name, words) => {
    const silent = await listen(500);
    const { exitCode, out, err } = await command(words, { CODEFERRY_URL: silent.url, CODEFERRY_TOKEN: 't' });
    expect([exitCode, out, silent.asked]).toEqual([2, '', []]);
    expect(err).not.toBe('');
  });

  test('without an address, or without a token, it says what to set', async () => {
    expect(await command(['audit'], {})).toMatchObject({ exitCode: 2, err: expect.stringContaining('CODEFERRY_URL') });
    expect(await command(['audit'], { CODEFERRY_URL: 'http://127.0.0.1:9' })).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('CODEFERRY_TOKEN'),
    });
  });

  test('nobody there is 3', async () => {
    const closed = await listen(200);
    await new Promise((resolve) => servers.at(-1)?.close(resolve));
    expect((await command(['health'], { CODEFERRY_URL: closed.url })).exitCode).toBe(3);
  });

  test('something else that answers is 3, and a redirect is not followed with the token', async () => {
    const target = await listen(200, { 'content-type': 'application/json' }, '{}');
    const moved = await listen(302, { location: target.url });
    const env = { CODEFERRY_URL: moved.url, CODEFERRY_TOKEN: 't' };
    expect((await command(['audit'], env)).exitCode).toBe(3);
    expect(target.asked).toEqual([]);
  });

  test('no answer within the limit is 3', async () => {
    const { url } = await listen('never');
    const { exitCode, err } = await command(['health', '--url', url, '--timeout', '1'], {});
    expect([exitCode, err]).toEqual([3, `${url} cannot be reached: no answer within 1 s`]);
  });
});

describe('the data folder of npm start', () => {
  const folderOf = async (operatorUrl: string): Promise<string> => {
    const folder = await mkdtemp(join(emptyFolder, 'data-'));
    await writeFile(
      join(folder, 'running.json'),
      JSON.stringify({ pid: process.pid, publicUrl: 'http://of-buyers.example', operatorUrl }),
    );
    await writeFile(
      join(folder, 'secrets.json'),
      JSON.stringify({ operatorToken: file.platform.operatorToken, masterKey: 'm' }),
    );
    return folder;
  };

  test('gives the address and the token by itself', async () => {
    const folder = await folderOf(file.platform.baseUrl);
    expect((await command(['issuers', 'show', issuer.issuerId], {}, folder)).exitCode).toBe(0);
  });

  test('its token is not sent to another address', async () => {
    const other = await listen(200, { 'content-type': 'application/json' }, '{"data":[],"nextCursor":null}');
    const folder = await folderOf(file.platform.baseUrl);
    expect((await command(['audit', '--url', other.url], {}, folder)).exitCode).toBe(2);
    await command(['health', '--url', other.url], {}, folder);
    expect(other.asked).toEqual([{ url: '/readyz', authorization: undefined }]);
  });

  test('the command of package.json finds it as a process of its own, and ends with its exit code', async () => {
    const folder = await folderOf(file.platform.baseUrl);
    const asProcess = (...words: string[]) =>
      new Promise<{ code: number | null; out: string }>((resolve) => {
        const child = spawn(process.execPath, [join(projectFolder, 'scripts', 'codeferry.mjs'), ...words], {
          env: { PATH: process.env.PATH, DATA_DIR: folder },
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        let out = '';
        child.stdout.on('data', (chunk) => {
          out += chunk;
        });
        child.once('close', (code) => resolve({ code, out }));
      });
    const shown = await asProcess('issuers', 'show', issuer.issuerId, '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ issuerId: issuer.issuerId });
    expect((await asProcess('orders', 'show', at('never-placed'), '--json')).code).toBe(1);
    expect((await asProcess('--help')).out).toMatch(/^Usage: codeferry /);
  });
});
