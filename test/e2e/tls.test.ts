import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { freePort } from '../../src/bounded/free-port';
import { type Child, startChild } from '../../src/dev/child-process';
import { projectFolder } from '../../src/dev/project-folder';
import { ownAuthority } from '../support/certificates';
import { uriOfOwnDatabase } from '../support/database-of-file';
import { startIssuer } from '../support/issuer';
import { type Platform, read } from '../support/platform';
import { until } from '../support/until';

const startLimitMs = 60_000;
const operatorToken = randomBytes(24).toString('base64url');
const folder = mkdtempSync(join(tmpdir(), 'codeferry-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string, pem: string): string => {
  const path = join(folder, name);
  writeFileSync(path, pem, { mode: 0o600 });
  return path;
};

/** What ends TLS before a server that has none; it counts who came through with a certificate that it trusts. */
const startTerminator = async (target: number, options: TlsOptions) => {
  let through = 0;
  const server = createServer(options, (from: TLSSocket) => {
    through++;
    const to = createConnection(target, '127.0.0.1');
    from.pipe(to).pipe(from);
    from.on('error', () => to.destroy()).on('close', () => to.destroy());
    to.on('error', () => from.destroy()).on('close', () => from.destroy());
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    through: () => through,
    close: () => server.close(),
  };
};

test('engine and database are reached by TLS, with a certificate of ones own before the engine, and not without their authority', async () => {
  const { ca, cert, key } = ownAuthority();
  const databaseUri = new URL(uriOfOwnDatabase());
  const engine = await startTerminator(Number(String(process.env.TEST_TEMPORAL_ADDRESS).split(':')[1]), {
    ...{ cert, key, ca, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
  });
  const database = await startTerminator(Number(databaseUri.port), { cert, key });
  databaseUri.port = String(database.port);
  databaseUri.searchParams.set('tls', 'true');
  const untrusted = databaseUri.href;
  databaseUri.searchParams.set('tlsCAFile', fileOf('ca.pem', ca));
  const queue = `tls-${randomBytes(6).toString('hex')}`;
  const started: Child[] = [];
  const start = async (name: 'api' | 'worker', main: string, more: Record<string, string>) => {
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}`;
    const env = {
      NODE_ENV: 'production',
      PORT: String(port),
      TEMPORAL_ADDRESS: `127.0.0.1:${engine.port}`,
      TEMPORAL_TLS: 'on',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: join(folder, 'ca.pem'),
      TEMPORAL_TLS_CLIENT_CERT_PATH: fileOf('own.pem', cert),
      TEMPORAL_TLS_CLIENT_KEY_PATH: fileOf('own.key', key),
      MONGODB_URI: databaseUri.href,
      OPERATOR_TOKEN: operatorToken,
      MASTER_KEY: masterKey,
      CALLBACK_ALLOW: '127.0.0.0/8',
      TASK_QUEUE: queue,
      CALLS_OUT_QUEUE: `${queue}-out`,
      ...more,
    };
    const args = [join(projectFolder, 'dist', main)];
    const child = startChild({ name, command: process.execPath, args, cwd: projectFolder, env });
    started.push(child);
    return { child, baseUrl };
  };
  const masterKey = randomBytes(32).toString('base64');
  const partsOf = async (baseUrl: string) => (await read(fetch(`${baseUrl}/readyz`))).body.parts;
  try {
    const noAuthority = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '', MONGODB_URI: untrusted };
    const [api, worker, blind] = await Promise.all([
      start('api', 'src/main.js', {}),
      start('worker', 'worker/main.js', {}),
      start('api', 'src/main.js', noAuthority),
    ]);
    const workerReady = new Promise<void>((resolve) =>
      worker.child.onLine((line) => line.includes('worker ready') && resolve()),
    );
    const answers = async (url: string): Promise<boolean> => (await fetch(url).catch(() => undefined))?.ok === true;
    await until('the api is ready', () => answers(`${api.baseUrl}/readyz`), startLimitMs);
    await workerReady;
    const operator: Platform['operator'] = (method, path, body) =>
      read(
        fetch(`${api.baseUrl}/v1/operator${path}`, {
          method,
          headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    const issuer = await startIssuer({
      baseUrl: api.baseUrl,
      operator,
      isWorking: () => true,
      nowMs: Date.now,
    } as Platform);
    await issuer.placeVerified('tls-1');
    expect((await issuer.submit('tls-1', [{ itemId: 'a', value: 'BY-TLS' }])).status).toBe(201);
    await issuer.inState('tls-1', 'delivered');
    expect(engine.through()).toBeGreaterThan(1);
    expect(database.through()).toBeGreaterThan(1);
    await until('a start without the authority is up', () => answers(`${blind.baseUrl}/healthz`), startLimitMs);
    expect(await partsOf(blind.baseUrl)).toMatchObject({ mongodb: 'unavailable' });
    await issuer.stop();
  } finally {
    await Promise.all(started.map((child) => child.stop()));
    engine.close();
    database.close();
  }
}, 240_000);
