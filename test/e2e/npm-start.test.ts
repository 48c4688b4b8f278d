import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/bounded/free-port';
import { projectFolder } from '../../src/dev/project-folder';
import { until } from '../support/until';

const run = promisify(execFile);
const script = (name: string) => join(projectFolder, 'scripts', name);
const startLimitMs = 90_000;
const stopLimitMs = 10_000;

const ownEnvironment = (changes: Record<string, string>): NodeJS.ProcessEnv => {
  const { TEMPORAL_ADDRESS: _engine, MONGODB_URI: _database, npm_lifecycle_event: _npm, ...rest } = process.env;
  return { ...rest, ...changes };
};

const started: ReturnType<typeof spawn>[] = [];
function startAll(changes: Record<string, string>) {
  const child = spawn(process.execPath, [script('start.mjs'), 'all'], {
    env: ownEnvironment(changes),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  return { child, said: () => said, ended: once(child, 'exit') };
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    })
    .map(Number);

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('npm start', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'codeferry-start-'));
  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });

  test(
    'brings up the whole platform with a delivered demo order, refuses a second run on its data, and leaves no process behind',
    async () => {
      const port = String(await freePort());
      const first = startAll({ PORT: port, DATA_DIR: dataDir, OPERATOR_TOKENS: 'eve:viewer:token-of-the-shell' });
      await until('the box that tells where to look', () => first.said().includes('Ctrl-C'), startLimitMs);
      const pickupUrl = /Demo order +(\S+)/.exec(first.said())?.[1] ?? '';
      expect(pickupUrl).toMatch(new RegExp(`^http://127.0.0.1:${port}/p/[\\w-]{22,}$`));
      expect((await fetch(pickupUrl)).status).toBe(200);

      const order = () => run(process.execPath, [script('order.mjs'), '--data-dir', dataDir, '--order-no', 'by-hand']);
      expect((await order()).stdout).toMatch(/^201 Created\n/);
      await until('the order placed by hand is delivered', async () =>
        (await order()).stdout.includes('"state": "delivered"'),
      );

      const second = startAll({ PORT: String(await freePort()), DATA_DIR: dataDir });
      expect((await second.ended)[0]).toBe(1);
      expect(second.said()).toContain('already runs on this data folder');
      const third = startAll({ PORT: port, DATA_DIR: join(dataDir, 'other') });
      expect((await third.ended)[0]).toBe(1);
      expect(third.said()).toContain(`Port ${port} on 127.0.0.1 is in use`);

      for (const log of readdirSync(join(dataDir, 'logs'))) {
        expect(readFileSync(join(dataDir, 'logs', log), 'utf8')).not.toContain(new URL(pickupUrl).pathname);
      }

      for (const name of ['temporal.db', 'secrets.json', 'simulator.json', 'running.json']) {
        expect([name, statSync(join(dataDir, name)).mode & 0o77]).toEqual([name, 0]);
      }
      const children = process.platform === 'linux' ? childrenOf(first.child.pid ?? 0) : [];
      const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'));
      const { masterKey, operatorToken, databasePassword } = secrets;
      for (const pid of children) {
        const [line, environment] = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'));
        for (const secret of [masterKey, operatorToken, databasePassword, 'token-of-the-shell'])
          expect(line).not.toContain(secret);
        const isOurs = /dist.(src|worker)/.test(line ?? '');
        if (!isOurs) expect(environment).not.toMatch(/token-of-the-shell|MASTER_KEY|OPERATOR_TOKEN|MONGODB_URI/);
        if (/dist.worker/.test(line ?? '')) expect(environment).not.toMatch(/OPERATOR_TOKEN|TERMINAL_RECEIPT_SECRET/);
      }
      const sinceMs = Date.now();
      first.child.kill('SIGTERM');
      expect((await first.ended)[0]).toBe(0);
      expect(Date.now() - sinceMs).toBeLessThan(stopLimitMs);
      await until('no child is left', () => !children.some(isAlive));
    },
    startLimitMs * 2,
  );

  test(
    'comes back on the same data with the same secrets and its orders, beside whoever holds the usual port, and past a proxy',
    async () => {
      const holder = createServer().on('error', () => undefined);
      await new Promise<void>((resolve) => holder.once('error', () => resolve()).listen(8080, '127.0.0.1', resolve));
      // Nobody listens there: what asked through it would fail.
      const proxy = `http://127.0.0.1:${await freePort()}`;
      const secrets = readFileSync(join(dataDir, 'secrets.json'), 'utf8');
      const again = startAll({ DATA_DIR: dataDir, http_proxy: proxy, https_proxy: proxy, no_proxy: '' });
      await until('the box that tells where to look', () => again.said().includes('Ctrl-C'), startLimitMs);
      expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toBe(secrets);
      const { operatorToken } = JSON.parse(secrets);
      const port = /Start here +http:\/\/127\.0\.0\.1:(\d+)/.exec(again.said())?.[1];
      expect(port).not.toBe('8080');
      const answer = await fetch(`http://127.0.0.1:${port}/v1/operator/orders/demo-push/by-hand`, {
        headers: { authorization: `Bearer ${operatorToken}` },
      });
      expect(await answer.json()).toMatchObject({ orderNo: 'by-hand', state: 'delivered' });
      again.child.kill('SIGTERM');
      await again.ended;
      holder.close();
    },
    startLimitMs,
  );
});
