import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder } from '../../src/dev/run-lock';
import { readRunSettings } from '../../src/dev/run-settings';

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
    for (const name of ['operatorToken', 'masterKey', 'codecSecret'] as const)
      expect(other[name]).not.toBe(first[name]);
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

  test.each(['0', '65536', '80a'])('the port %s is refused', (PORT) => {
    expect(() => readRunSettings({ DATA_DIR: dataDir, PORT })).toThrow(/PORT must be 1 to 65535/);
  });

  test('a server on all addresses is reached, and shown, on the loopback one', () => {
    const settings = readRunSettings({ DATA_DIR: dataDir, HOST: '0.0.0.0', PORT: '9000' });
    expect(settings).toMatchObject({ localUrl: 'http://127.0.0.1:9000', publicUrl: 'http://127.0.0.1:9000' });
  });
});

describe('the data folder', () => {
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
});
