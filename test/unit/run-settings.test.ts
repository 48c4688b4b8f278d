import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/bounded/free-port';
import { claimPort, lockDataFolder } from '../../src/dev/run-lock';
import {
  CannotStart,
  callsAllowed,
  inDataFolder,
  operatorsAt,
  readRunSettings,
  withPort,
} from '../../src/dev/run-settings';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'codeferry-settings-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe('settings of npm start', () => {
  test('secrets are made once for a data folder, closed to others, and differ between folders', () => {
    const first = readRunSettings({ DATA_DIR: dataDir });
    expect(readRunSettings({ DATA_DIR: dataDir })).toEqual(first);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(Buffer.from(first.masterKey, 'base64')).toHaveLength(32);
    const other = readRunSettings({ DATA_DIR: join(dataDir, 'other') });
    for (const name of ['operatorToken', 'masterKey'] as const) expect(other[name]).not.toBe(first[name]);
  });

  test('a secret for the Temporal UI is made only where payloads are sealed, and never kept', () => {
    const of = (env: NodeJS.ProcessEnv) => readRunSettings({ DATA_DIR: dataDir, ...env }).codecSecret;
    expect(of({})).toBeUndefined();
    expect(of({ CODEC_SECRET: 'given-to-nobody-here' })).toBeUndefined();
    expect(of({ SEAL_PAYLOADS: 'on', CODEC_SECRET: 'given-by-the-operator' })).toBe('given-by-the-operator');
    const made = String(of({ SEAL_PAYLOADS: 'on' }));
    expect(made).toHaveLength(32);
    expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).not.toContain(made);
  });

  test('a folder from before the database had a password gets one, once, and keeps its other secrets', () => {
    const { masterKey, operatorToken } = readRunSettings({ DATA_DIR: dataDir });
    const path = join(dataDir, 'secrets.json');
    writeFileSync(path, JSON.stringify({ operatorToken, masterKey }));
    const completed = readRunSettings({ DATA_DIR: dataDir });
    expect(completed).toMatchObject({ masterKey, operatorToken });
    expect(completed.databasePassword).toHaveLength(32);
    expect(readRunSettings({ DATA_DIR: dataDir })).toEqual(completed);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('a damaged secrets file stops the start instead of being replaced', () => {
    writeFileSync(join(dataDir, 'secrets.json'), '{"operatorToken":"only this"}');
    expect(() => readRunSettings({ DATA_DIR: dataDir })).toThrow(/damaged/);
    expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toContain('only this');
  });

  test.each([{ TEMPORAL_ADDRESS: '127.0.0.1:7233' }, { MONGODB_URI: 'mongodb://127.0.0.1' }])(
    'with a server of its own (%j), nobody makes up the operator token or the master key',
    (server) => {
      const env = { DATA_DIR: dataDir, ...server };
      expect(() => readRunSettings(env)).toThrow(/OPERATOR_TOKEN and MASTER_KEY must be set/);
      expect(() => readRunSettings({ ...env, OPERATOR_TOKEN: 'given' })).toThrow(/MASTER_KEY must be set/);
      expect(readRunSettings({ ...env, OPERATOR_TOKEN: 'given', MASTER_KEY: 'given' }).operatorToken).toBe('given');
    },
  );

  test.each([
    [{}, '127.0.0.0/8', 'on', '127.0.0.0/8'],
    [{ HOST: '::1' }, '127.0.0.0/8', 'on', '127.0.0.0/8'],
    [{ HOST: '0.0.0.0' }, '127.0.0.1:8090', 'off', ''],
    [{ PUBLIC_URL: 'https://codes.example' }, '127.0.0.1:8090', 'off', ''],
    [{ HOST: '0.0.0.0', SANDBOX: 'on', CALLBACK_ALLOW: '10.0.0.0/8' }, '10.0.0.0/8', 'on', ''],
  ])('with %j the demo calls %s, and its sandbox is %s', (env, callbacks, sandbox, ofTests) => {
    const settings = readRunSettings({ DATA_DIR: dataDir, ...env });
    expect(callsAllowed(env, settings, 8090)).toEqual({
      CALLBACK_ALLOW: callbacks,
      SANDBOX: sandbox,
      SANDBOX_CALLBACK_ALLOW: ofTests,
    });
  });

  test.each(['0', '65536', '80a'])('the port %s is refused', (PORT) => {
    expect(() => readRunSettings({ DATA_DIR: dataDir, PORT })).toThrow(/^PORT must be 1 to 65535/);
    expect(() => readRunSettings({ DATA_DIR: dataDir, MONGODB_PORT: PORT })).toThrow(
      /^MONGODB_PORT must be 1 to 65535/,
    );
  });

  test('every port comes from the environment, and addresses follow the one that was found', () => {
    const env = {
      PORT: '1',
      TEMPORAL_PORT: '2',
      TEMPORAL_UI_PORT: '3',
      MONGODB_PORT: '4',
      SIMULATOR_PORT: '5',
      SIMULATOR_SMTP_PORT: '6',
    };
    const { ports, ...settings } = readRunSettings({ DATA_DIR: dataDir, ...env });
    expect(Object.values(ports).map(({ port, isGiven }) => [port, isGiven])).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => [n, true]),
    );
    expect(withPort({ ports, ...settings }, 9).publicUrl).toBe('http://127.0.0.1:9');
    const named = readRunSettings({ DATA_DIR: dataDir, PUBLIC_URL: 'https://codes.example' });
    expect(named.ports.api).toEqual({ variable: 'PORT', port: 8080, isGiven: false });
    expect(withPort(named, 9)).toMatchObject({ localUrl: 'http://127.0.0.1:9', publicUrl: 'https://codes.example' });
  });

  test('operators are at the address of everybody, and with ADMIN_PORT at their own, which the command finds', () => {
    const one = withPort(readRunSettings({ DATA_DIR: dataDir }), 9);
    expect([one.admin, operatorsAt(one).localUrl]).toEqual([undefined, 'http://127.0.0.1:9']);
    const env = { DATA_DIR: dataDir, HOST: '0.0.0.0', ADMIN_PORT: '10', ADMIN_URL: 'https://inside.example' };
    const two = withPort(readRunSettings(env), 9);
    const operatorUrl = 'https://inside.example';
    expect(operatorsAt(two)).toMatchObject({ localUrl: 'http://127.0.0.1:10', publicUrl: operatorUrl });
    const unlock = lockDataFolder({ ...two, operatorUrl });
    expect(JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8'))).toMatchObject({ operatorUrl });
    unlock();
  });

  test.each(['off', 'no', 'false', '0', 'OFF', ' No '])('DEMO=%s is without the demo', (DEMO) => {
    expect(readRunSettings({ DATA_DIR: dataDir, DEMO }).demo).toBe(false);
  });

  test.each(['on', 'yes', '1', '', undefined])('DEMO=%s is with it', (DEMO) => {
    expect(readRunSettings({ DATA_DIR: dataDir, DEMO }).demo).toBe(true);
  });

  test('a server on all addresses is reached, and shown, on the loopback one', () => {
    const settings = readRunSettings({ DATA_DIR: dataDir, HOST: '0.0.0.0', PORT: '9000' });
    expect(settings).toMatchObject({ localUrl: 'http://127.0.0.1:9000', publicUrl: 'http://127.0.0.1:9000' });
  });
});

describe('the data folder', () => {
  test('is closed to others also where it was there before, and one with other files is left as it is', () => {
    const mode = (path: string) => statSync(path).mode & 0o777;
    chmodSync(dataDir, 0o755);
    readRunSettings({ DATA_DIR: dataDir });
    expect(mode(dataDir)).toBe(0o700);
    chmodSync(dataDir, 0o755);
    readRunSettings({ DATA_DIR: dataDir });
    expect(mode(dataDir)).toBe(0o700);
    const shared = join(dataDir, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o755);
    writeFileSync(join(shared, 'somebody-elses'), '');
    readRunSettings({ DATA_DIR: shared });
    expect(mode(shared)).toBe(0o755);
  });

  test('that cannot be used is told with the name of its setting', () => {
    writeFileSync(join(dataDir, 'file'), '');
    expect(() => readRunSettings({ DATA_DIR: join(dataDir, 'file', 'below') })).toThrow(/is no folder.*DATA_DIR=/);
    const closed = () => {
      throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
    };
    expect(() => inDataFolder('/of/another', closed)).toThrow(CannotStart);
    expect(() => inDataFolder('/of/another', closed)).toThrow(/\/of\/another .*belongs to another user.*DATA_DIR=/);
  });

  test('belongs to one run at a time, and is free again after its end', () => {
    const settings = readRunSettings({ DATA_DIR: dataDir });
    const unlock = lockDataFolder(settings);
    expect(() => lockDataFolder(settings)).toThrow(/already runs on this data folder/);
    unlock();
    lockDataFolder(settings)();
  });

  test('is free after a run that was killed', () => {
    const settings = readRunSettings({ DATA_DIR: dataDir });
    writeFileSync(join(dataDir, 'running.json'), JSON.stringify({ pid: 2 ** 22 + 1, publicUrl: 'http://gone' }));
    lockDataFolder(settings)();
  });

  test('may begin beside another that has chosen a port and does not listen there yet: it takes another one', async () => {
    const port = await freePort();
    const path = join(tmpdir(), `codeferry-port-${port}.json`);
    const heldBy = (pid: number) => writeFileSync(path, JSON.stringify({ pid }));
    heldBy(process.ppid);
    expect(claimPort(port)).toBe(false);
    heldBy(2 ** 22 + 1);
    expect(claimPort(port)).toBe(true);
    expect(claimPort(port)).toBe(true);
    rmSync(path);
  });

  test('waits for nobody, and believes no other user, where a file stands in the way of a port', async () => {
    const port = await freePort();
    const path = join(tmpdir(), `codeferry-port-${port}.json`);
    const holder = JSON.stringify({ pid: process.ppid });
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path]);
    // Whoever reads it would get that only then.
    const writer = spawn('sh', ['-c', 'sleep 1; echo "$1" > "$2"', 'sh', holder, path]);
    expect(claimPort(port)).toBe(true);
    writer.kill('SIGKILL');
    rmSync(path);
    writeFileSync(path, holder);
    expect(claimPort(port)).toBe(false);
    const other = jest.spyOn(process, 'getuid').mockReturnValue(Number(process.getuid?.()) + 1);
    expect(claimPort(port)).toBe(true);
    other.mockRestore();
    rmSync(path);
  });
});
