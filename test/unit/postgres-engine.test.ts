import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { findPostgres } from '../../bench/engine/postgres-programs';
import {
  dynamicConfigText,
  historyShards,
  postgresConnections,
  schemaCommands,
  serverConfigText,
} from '../../bench/engine/temporal-server-config';
import { temporalServerPrograms, temporalServerVersion } from '../../bench/engine/temporal-server-programs';
import { freePort } from '../../src/bounded/free-port';
import { ownDynamicConfig } from '../../src/dev/namespace';
import { projectFolder } from '../../src/dev/project-folder';

const service = (n: number) => ({ grpc: 7000 + n, membership: 6000 + n });
const config = parse(
  serverConfigText({
    ports: { frontend: service(1), history: service(2), matching: service(3), worker: service(4) },
    metricsPort: 9000,
    postgresPort: 5433,
    dynamicConfigFile: '/data/dynamic-config.yaml',
  }),
);
const compose = parse(readFileSync(join(projectFolder, 'docker-compose.yml'), 'utf8'));

/** Each string of a tree, with where it stands. */
const stringsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(stringsOf)
      : [];

describe('the configuration of the server', () => {
  test('everything listens and calls on the loopback address', () => {
    const addresses = stringsOf(config).filter((text) => /:\d+$/.test(text));
    expect(addresses).toHaveLength(5);
    for (const address of addresses) expect(address).toMatch(/^127\.0\.0\.1:/);
    for (const { rpc } of Object.values<{ rpc: { bindOnIP: string } }>(config.services))
      expect(rpc.bindOnIP).toBe('127.0.0.1');
  });

  test('its four services have a port each, and whoever asks for the frontend is sent to it', () => {
    const ports = Object.values<{ rpc: { grpcPort: number; membershipPort: number } }>(config.services).flatMap(
      ({ rpc }) => [rpc.grpcPort, rpc.membershipPort],
    );
    expect(new Set(ports).size).toBe(8);
    expect(config.publicClient.hostPort).toBe('127.0.0.1:7001');
    expect(config.clusterMetadata.clusterInformation.active.rpcAddress).toBe('127.0.0.1:7001');
  });

  test('the cluster takes all connections that its services may open', () => {
    const { store, visibility } = config.persistence.datastores;
    const ofService = store.sql.maxConns + visibility.sql.maxConns;
    expect(postgresConnections).toBeGreaterThan(Object.keys(config.services).length * ofService);
  });

  test('version and shards are those of docker-compose.yml', () => {
    const [image] = compose.services.temporal.image.split('@');
    expect(image).toBe(`temporalio/server:${temporalServerVersion}`);
    expect(compose.services.temporal.environment.NUM_HISTORY_SHARDS).toBe(String(historyShards));
    expect(config.persistence.numHistoryShards).toBe(historyShards);
  });

  test('the dynamic configuration says what that of the deployment says', () => {
    const deployed = readFileSync(join(projectFolder, 'deploy', 'temporal-dynamic-config.yaml'), 'utf8');
    expect(parse(dynamicConfigText(ownDynamicConfig))).toEqual(parse(deployed));
  });

  test('where the services find each other fits into the smallint that the server keeps it in', async () => {
    const ports = await Promise.all(Array.from({ length: 8 }, freePort));
    for (const port of ports) expect(port).toBeLessThan(2 ** 15);
  });

  test('each database is created, versioned and brought up to its own schema, in this order', () => {
    const words = schemaCommands(5433).map((args) => args.slice(args.indexOf('--db') + 1).join(' '));
    expect(words).toEqual([
      'temporal create-database',
      'temporal setup-schema -v 0.0',
      'temporal update-schema --schema-name postgresql/v12/temporal',
      'temporal_visibility create-database',
      'temporal_visibility setup-schema -v 0.0',
      'temporal_visibility update-schema --schema-name postgresql/v12/visibility',
    ]);
  });
});

describe('the programs of the engine', () => {
  const before = { PATH: process.env.PATH, CODEFERRY_CACHE_DIR: process.env.CODEFERRY_CACHE_DIR };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'codeferry-programs-'));
    process.env.PATH = join(folder, 'path');
    process.env.CODEFERRY_CACHE_DIR = join(folder, 'cache');
  });
  afterEach(() => {
    Object.assign(process.env, before);
    if (before.CODEFERRY_CACHE_DIR === undefined) delete process.env.CODEFERRY_CACHE_DIR;
    rmSync(folder, { recursive: true });
  });
  const put = (path: string, script = 'exit 0') => {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const putPostgres = (bin: string, version: string) => {
    put(`${bin}/initdb`);
    put(`${bin}/postgres`, `echo postgres ${version}`);
  };

  test('the newest packaged PostgreSQL that can make a cluster is taken, by number and not by letter', async () => {
    putPostgres('packaged/9/bin', '9.6');
    putPostgres('packaged/15/bin', '15.14');
    put('packaged/17/bin/psql');
    const found = await findPostgres(join(folder, 'packaged'));
    expect(found).toEqual({ path: join(folder, 'packaged/15/bin'), version: 'postgres 15.14', env: {} });
  });

  test('without a package, the PostgreSQL on the PATH is taken', async () => {
    putPostgres('path', '16.1');
    const { path, version } = await findPostgres(join(folder, 'packaged'));
    expect({ path, version }).toEqual({ path: join(folder, 'path'), version: 'postgres 16.1' });
  });

  test('without any, the message says what to install', async () => {
    await expect(findPostgres(join(folder, 'packaged'))).rejects.toThrow(/install Debian's postgresql-15/);
  });

  test('a server that was built before is taken, with no Go at all', async () => {
    const kept = `cache/temporal-server-${temporalServerVersion}`;
    const [server, sqlTool] = [put(`${kept}/server`), put(`${kept}/sql`)];
    expect(await temporalServerPrograms(() => undefined)).toEqual({ server, sqlTool });
  });

  test('without Go the message says what to install', async () => {
    await expect(temporalServerPrograms(() => undefined)).rejects.toThrow(
      /`go` is not on the PATH[\s\S]*Install Go 1\.26/,
    );
  });

  test('a build that fails says why, and leaves nothing that looks like a server', async () => {
    put('path/go', 'echo downloading >&2; echo "no such module" >&2; exit 1');
    await expect(temporalServerPrograms(() => undefined)).rejects.toThrow(/no such module/);
    await expect(temporalServerPrograms(() => undefined)).rejects.toThrow(/kept from an earlier run: not there/);
  });

  test('a build makes both programs of the pinned version, once', async () => {
    put(
      'path/go',
      'for name in server sql; do echo "#!/bin/sh" > "$GOBIN/$name"; /bin/chmod 755 "$GOBIN/$name"; done; echo "$*" >> "$0.calls"',
    );
    const said: string[] = [];
    const first = await temporalServerPrograms((line) => said.push(line));
    expect(await temporalServerPrograms((line) => said.push(line))).toEqual(first);
    expect(said).toHaveLength(1);
    const calls = readFileSync(join(folder, 'path/go.calls'), 'utf8');
    expect(calls).toBe(
      `install -trimpath go.temporal.io/server/cmd/server@v${temporalServerVersion} go.temporal.io/server/cmd/tools/sql@v${temporalServerVersion}\n`,
    );
  });
});
