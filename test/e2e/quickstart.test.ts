import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/bounded/free-port';
import { conform } from '../../src/cli/issuer/conform';
import { trySnippet } from '../../src/domain/words/try-snippet';
import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile({ sandboxAllow: ['127.0.0.0/8'] });
const folder = join(__dirname, '..', '..', 'examples', 'quickstart');

/** What each is run by, and how to see that it is there. */
const languages: Readonly<Record<string, { readonly found: readonly string[]; readonly run: readonly string[] }>> = {
  curl: { found: ['openssl', 'version'], run: ['bash', 'sell.sh'] },
  php: { found: ['php', '-v'], run: ['php', 'sell.php'] },
  java: { found: ['javac', '-version'], run: ['java', 'Sell.java'] },
};

const isFound = (language: string, [probe = '', ...probing]: readonly string[]): boolean => {
  const isThere = spawnSync(probe, probing).status === 0;
  if (!isThere) process.stdout.write(`quickstart in ${language}: ${probe} is not installed, not tried\n`);
  return isThere;
};

test.each(Object.entries(languages))(
  '%s: the quickstart sells a code by itself, and the next time by the same test issuer',
  async (language, { found, run }) => {
    if (!isFound(language, found)) return;
    const [command = '', ...args] = run;
    const sold = async (more: Record<string, string> = {}) => {
      const { stdout, stderr } = await promisify(execFile)(command, args, {
        cwd: join(folder, language),
        env: { ...process.env, CODEFERRY_URL: file.platform.baseUrl, ...more },
        timeout: 60_000,
      });
      expect(stdout).toMatch(/^Placed\. The buyer looks at http.*\norder\.paid\norder\.delivered\nSold\.\n$/);
      return stderr;
    };
    const [, ISSUER_ID = '', ISSUER_SECRET = ''] = /ISSUER_ID=(\S+) ISSUER_SECRET=(\S+)/.exec(await sold()) ?? [];
    expect(await sold({ ISSUER_ID, ISSUER_SECRET })).toBe('');
    const rows = file.platform.core.database.orders.find({ orderNo: { $regex: `^${language}-` } });
    expect((await rows.toArray()).map(({ issuerId, state }) => [issuerId, state])).toEqual(
      Array(2).fill([ISSUER_ID, 'delivered']),
    );
  },
  90_000,
);

/** The arguments of the programs that a script runs: every user of the machine sees them. */
const argumentsOf = async (args: readonly string[], env: Record<string, string>, input = ''): Promise<string> => {
  const programs = ['curl', 'openssl', 'od', 'tr', 'sed', 'grep', 'awk', 'paste'];
  const seen = await mkdtemp(join(tmpdir(), 'codeferry-seen-'));
  const log = join(seen, 'arguments');
  for (const name of programs) {
    const own = execFileSync('sh', ['-c', `command -v ${name}`])
      .toString()
      .trim();
    await writeFile(join(seen, name), `#!/bin/sh\necho "${name} $*" >>'${log}'\nexec '${own}' "$@"\n`, { mode: 0o755 });
  }
  const running = promisify(execFile)('bash', args, {
    cwd: join(folder, 'curl'),
    env: { ...process.env, ...env, PATH: `${seen}:${process.env.PATH}` },
    timeout: 60_000,
  });
  running.child.stdin?.end(input);
  await running;
  const told = await readFile(log, 'utf8');
  await rm(seen, { recursive: true });
  for (const name of ['curl -', 'openssl dgst']) expect(told).toContain(name);
  return told;
};

const isShown = (told: string, secret: string): boolean => {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return told.includes(key.toString('hex')) || told.includes(key.toString('base64'));
};

test('what the console shows for a first order places it, and shows nobody on the machine the secret', async () => {
  if (!isFound('curl', languages.curl?.found ?? [])) return;
  const { issuerId, secret, order } = await file.sandboxIssuer();
  const told = await argumentsOf(['-c', trySnippet(issuerId, file.platform.baseUrl)], {}, `${secret}\n`);
  expect(isShown(told, secret)).toBe(false);
  expect((await order('try-1')).status).toBe(200);
});

test('curl: what every user of a machine sees of the programs that it runs is no secret, token, signature or code', async () => {
  if (!isFound('curl', languages.curl?.found ?? [])) return;
  const { issuerId: ISSUER_ID, secret: ISSUER_SECRET } = await file.sandboxIssuer({ callback: { kind: 'pull' } });
  const told = await argumentsOf(['sell.sh'], { CODEFERRY_URL: file.platform.baseUrl, ISSUER_ID, ISSUER_SECRET });
  expect(isShown(told, ISSUER_SECRET)).toBe(false);
  expect(told).not.toMatch(/"token":"[\w-]{43}|"value":"\w|signature: v1,/);
}, 90_000);

/** What a program that sells one code forgets most easily; a person plays all of them. */
const only = ['paid-repeated', 'codes-three', 'codes-many', 'codes-queued', 'order-closed'];

test.concurrent.each(Object.entries(languages))(
  '%s: the quickstart passes the scenarios of what comes twice, of many pieces and of a refusal',
  async (language, { found, run }) => {
    if (!isFound(language, found)) return;
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const [port, stop] = [await freePort(), new AbortController()];
    const said: string[] = [];
    const [command = '', ...args] = run;
    const serve = () =>
      spawn(command, [...args, 'fetch'], {
        cwd: join(folder, language),
        env: {
          ...process.env,
          ...{ CODEFERRY_URL: `http://127.0.0.1:${port}`, ISSUER_ID: 'under-test', ISSUER_SECRET: secret },
        },
        stdio: 'ignore',
        detached: true,
      });
    let serving: ReturnType<typeof spawn> | undefined;
    try {
      await conform({
        ...{ secret, issuerId: 'under-test', codeMode: 'push', only, json: false, signal: stop.signal },
        url: undefined,
        listen: { host: '127.0.0.1', port },
        out: (text) => said.push(text),
        err: () => {
          serving ??= serve();
        },
      }).catch(({ message }) => said.push(message));
    } finally {
      stop.abort();
      if (serving?.pid !== undefined) {
        process.kill(-serving.pid, 'SIGKILL');
        await once(serving, 'exit');
      }
    }
    expect(said.join('\n')).toContain(`${only.length} passed, 0 failed`);
  },
  120_000,
);
