import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../src/dev/find-on-path';
import { expectConforms } from '../support/conformed';
import { startIssuerProgram, stopIssuerPrograms } from '../support/issuer-program';
import { platformOfFile } from '../support/platform-of-file';

const run = promisify(execFile);
const file = platformOfFile();
const root = join(__dirname, '../..');
const limitMs = 110_000;
const versionMin = 24;

let folder: string;
/** Left out: there is no Go, and nothing here can be looked at. */
let go: string | undefined;

// Nothing is fetched: the package needs its standard library alone.
const env = { ...process.env, GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', GOWORK: 'off' };
const inFolder = (path: string, command: string, ...args: string[]) =>
  run(command, args, { cwd: join(root, path), timeout: limitMs, env });

const usableGo = async (): Promise<string | undefined> => {
  const found = findOnPath('go');
  const version = found && (await run(found, ['env', 'GOVERSION']).catch(() => undefined));
  const [, minor] = /^go1\.(\d+)/.exec(version ? version.stdout : '') ?? [];
  return Number(minor) >= versionMin ? found : undefined;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codeferry-go-'));
  go = await usableGo();
  if (!go) process.stderr.write(`not run: test/packages/go.test.ts, as there is no Go 1.${versionMin} or newer\n`);
});

afterAll(async () => {
  stopIssuerPrograms();
  await rm(folder, { recursive: true, force: true });
});

test(
  'the module passes its own tests, and is written as Go is',
  async () => {
    if (!go) return;
    expect((await inFolder('packages/go', go, 'test', './...')).stdout).toMatch(/^ok\s/);
    await inFolder('packages/go', go, 'vet', './...');
    for (const path of ['packages/go', 'examples/quickstart/go'])
      expect((await inFolder(path, join(go, '../gofmt'), '-l', '.')).stdout).toBe('');
  },
  limitMs,
);

const built = async (): Promise<string | undefined> => {
  const program = join(folder, 'issuer');
  if (go) await inFolder('examples/quickstart/go', go, 'build', '-o', program, '.');
  return go && program;
};

test.each(['push', 'request'])('the issuer of its README sells where codes come by %s', async (codeMode) => {
  const program = await built();
  if (!program) return;
  const issuer = await file.issuer({ codeMode });
  await startIssuerProgram(file.platform, issuer, program, []);
  expect((await issuer.place('G-1', { quantity: 3 })).status).toBe(201);
  const { body } = await issuer.inState('G-1', 'delivered');
  expect(body.codes).toEqual({ issued: 3, outstanding: 0 });
  expect(issuer.received).toEqual([]);
});

test('the issuer of its README passes the whole conformance run', async () => {
  const program = await built();
  if (program) await expectConforms(program, []);
});
