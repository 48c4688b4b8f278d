import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DryMongoBinary } from 'mongodb-memory-server-core/lib/util/DryMongoBinary';
import { findMongo } from '../../src/dev/mongo-programs';
import { requireReachable } from '../../src/dev/reachable';
import { ownAuthority } from '../support/certificates';

const servers: Server[] = [];
const listen = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const { env } = process;
let folder: string;
beforeEach(() => {
  // What it found before in this process, by version alone.
  DryMongoBinary.binaryCache.clear();
  folder = mkdtempSync(join(tmpdir(), 'codeferry-vendor-'));
  process.env = { ...env, https_proxy: '', HTTPS_PROXY: '', CODEFERRY_CACHE_DIR: join(folder, 'cache') };
});
afterEach(async () => {
  process.env = env;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true });
});

/** As the vendor serves it: an archive with one program, and its checksum beside it. */
const vendorOf = (program: string, md5?: string): Promise<string> => {
  writeFileSync(join(folder, 'mongod'), program, { mode: 0o755 });
  execFileSync('tar', ['-czf', 'mongo.tgz', '--transform', 's,^,mongodb/bin/,', 'mongod'], { cwd: folder });
  const archive = readFileSync(join(folder, 'mongo.tgz'));
  const sum = md5 ?? createHash('md5').update(archive).digest('hex');
  return listen(({ url = '' }, response) => {
    response.end(url.endsWith('.md5') ? `${sum}  mongo.tgz\n` : archive);
  });
};
const found = async (mirror: string) => {
  const told: string[] = [];
  const path = process.env.PATH ?? '';
  // Nothing is at hand, and no Python either: what the vendor does not bring, nobody does.
  const isPlain = String(mirror.startsWith('http:'));
  Object.assign(process.env, { PATH: '', MONGOMS_DOWNLOAD_MIRROR: mirror, MONGOMS_USE_HTTP: isPlain });
  const program = await findMongo((line) => told.push(line))
    .catch((error: Error) => error.message)
    .finally(() => {
      process.env.PATH = path;
    });
  return { program, told };
};

test('MongoDB comes from its vendor, by its checksum, before any stand-in; once', async () => {
  const mirror = await vendorOf('#!/bin/sh\necho db version v8\n');
  const first = await found(mirror);
  expect(first.program).toMatchObject({ kind: 'mongod', command: expect.stringContaining('mongod') });
  expect(first.told).toEqual(['Fetching MongoDB from its vendor (once)']);
  const second = await found('http://127.0.0.1:1');
  expect([second.program, second.told]).toEqual([first.program, []]);
});

test.each([
  ['has another checksum', '#!/bin/sh\n', '0'.repeat(32), /mongod: .*MD5/i],
  ['does not run here', '#!/bin/sh\nexit 1\n', undefined, /mongod: Error: Command failed/],
])('what %s is not taken', async (_what, script, md5, reason) => {
  const { program } = await found(await vendorOf(script, md5));
  expect(program).toMatch(reason);
});

test('what is forbidden, or would come without TLS from another machine, is not asked for', async () => {
  process.env.MONGOMS_RUNTIME_DOWNLOAD = 'false';
  const mirror = await vendorOf('#!/bin/sh\n');
  const forbidden = await found(mirror);
  expect(forbidden.program).toContain('mongod: forbidden by MONGOMS_RUNTIME_DOWNLOAD');
  delete process.env.MONGOMS_RUNTIME_DOWNLOAD;
  const plain = await found('http://mirror.example');
  expect(plain.program).toContain('mongod: mirror.example is asked over https only');
  expect([...forbidden.told, ...plain.told].join()).not.toContain('MongoDB');
  process.env.MONGOMS_DOWNLOAD_URL = 'http://mirror.example/mongo.tgz';
  expect((await found(mirror)).program).toContain('mongod: mirror.example is asked over https only');
});

test('who cannot prove to be the vendor, on the way through a proxy, is not believed', async () => {
  const asked: string[] = [];
  const impostor = createTlsServer(ownAuthority(), ({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(404).end();
  });
  servers.push(impostor as unknown as Server);
  await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
  const proxy = await listen(() => undefined);
  servers[1]?.on('connect', (_request, socket) => {
    const through = connect((impostor.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(through).pipe(socket);
    });
    for (const end of [socket, through]) end.on('error', () => undefined);
  });
  process.env.https_proxy = proxy;
  process.env.MONGOMS_MAX_RETRIES = '1';
  const { program } = await found('https://mirror.example');
  expect(program).toMatch(/mongod: .*certificate/);
  expect(asked).toEqual([]);
});

test('a vendor that does not answer is given up on within the limit', async () => {
  const silent = await listen(() => undefined);
  await expect(requireReachable(silent, 50)).rejects.toThrow(/^127\.0\.0\.1:\d+ did not answer within 0\.05 s$/);
  await requireReachable(await listen((_request, response) => response.writeHead(404).end()));
});
