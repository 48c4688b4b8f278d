import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/bounded/free-port';
import { findPython } from '../../src/dev/python-wheels';
import { expectConforms } from '../support/conformed';
import { startIssuerProgram, stopIssuerPrograms } from '../support/issuer-program';
import { platformOfFile } from '../support/platform-of-file';

const run = promisify(execFile);
const file = platformOfFile();
const root = join(__dirname, '../..');
const limitMs = 110_000;
const minors = [10, 11, 12, 13, 14];
/** What the package rests on, and what looks at it. */
const others = ['standardwebhooks==1.1.0', 'flit_core==4.2.0', 'mypy==2.4.1'];

let folder: string;
/** Left out: there is no Python, or no index of packages, and nothing here can be looked at. */
let python: string | undefined;

const inFolder = (command: string, ...args: string[]) =>
  run(command, args, { cwd: folder, timeout: limitMs, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });

/** Its pip is that of the machine: a fresh one takes seconds to lay out. */
const freshEnvironment = async () => {
  const found = await findPython(minors);
  if (!found) return undefined;
  await inFolder(found.path, '-m', 'venv', '--without-pip', 'venv');
  const path = join(folder, process.platform === 'win32' ? 'venv/Scripts/python.exe' : 'venv/bin/python');
  const pip = (...args: string[]) =>
    inFolder(found.path, '-m', 'pip', '--disable-pip-version-check', '--python', path, ...args);
  const isThere = await pip('install', '--quiet', '--no-compile', ...others).then(
    () => true,
    () => false,
  );
  return isThere ? { path, pip } : undefined;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codeferry-python-'));
  const fresh = await freshEnvironment();
  if (!fresh) {
    process.stderr.write(
      'not run: test/packages/python.test.ts, as there is no Python 3.10 or newer with its packages\n',
    );
    return;
  }
  // Built from a copy: whatever the build leaves behind is left there.
  await cp(join(root, 'packages/python'), join(folder, 'source'), { recursive: true });
  const { path, pip } = fresh;
  await pip('wheel', '--quiet', '--no-index', '--no-build-isolation', '--no-deps', '--wheel-dir', '.', './source');
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  await pip('install', '--quiet', '--no-index', `./${wheel}`);
  await rm(join(folder, 'source/src'), { recursive: true });
  python = path;
}, 3 * limitMs);

afterAll(async () => {
  stopIssuerPrograms();
  await rm(folder, { recursive: true, force: true });
});

test('the installed wheel passes its own tests', async () => {
  if (!python) return;
  const { stderr } = await inFolder(python, '-m', 'unittest', 'discover', '--start-directory', 'source/tests');
  expect(stderr).toMatch(/\nRan [1-9][0-9]+ tests .*\n\nOK\n$/);
});

test('its types are strict, and the examples fit them', async () => {
  if (!python) return;
  for (const looked of [['--package', 'codeferry_issuer'], ['quickstart/python/issuer.py'], ['python/issuer.py']]) {
    const args = looked.map((one) => (one.endsWith('.py') ? join(root, 'examples', one) : one));
    await inFolder(python, '-m', 'mypy', '--strict', ...args);
  }
});

const quickstart = [join(root, 'examples/quickstart/python/issuer.py')];
const fetching = `
import os, codeferry_issuer
issuer = codeferry_issuer.Issuer(os.environ["PLATFORM_URL"], os.environ["ISSUER_ID"], os.environ["ISSUER_SECRET"])
issuer.codes(lambda order: [f"CODE-{n}" for n in range(order["outstanding"])])
issuer.fetch(pause_s=0.1)
`;

test.each([
  ['the issuer of its README, that pushes its codes,', 'push', quickstart, 'is called'],
  ['the issuer of its README, that is asked for them,', 'request', quickstart, 'is called'],
  ['an issuer that fetches its messages', 'request', ['-c', fetching], 'fetches'],
] as const)('%s sells', async (_, codeMode, args, how) => {
  if (!python) return;
  const issuer = await file.issuer({ codeMode });
  await startIssuerProgram(file.platform, issuer, python, args, how);
  expect((await issuer.place('P-1', { quantity: 3 })).status).toBe(201);
  const { body } = await issuer.inState('P-1', 'delivered');
  expect(body.codes).toEqual({ issued: 3, outstanding: 0 });
  expect(issuer.received).toEqual([]);
});

test('the example sells by itself, and hears that the codes arrived', async () => {
  if (!python) return;
  const { stdout } = await run(python, [join(root, 'examples/python/issuer.py')], {
    timeout: limitMs,
    env: {
      PLATFORM_URL: file.platform.baseUrl,
      OPERATOR_TOKEN: file.platform.operatorToken,
      CALLBACK_PORT: String(await freePort()),
    },
  });
  expect(stdout).toContain('heard order.delivered');
  expect(stdout).toContain('delivered: 2 codes are on the pick-up page');
});

test.each([
  ['the issuer of its README', quickstart, {}],
  ['the example', [join(root, 'examples/python/issuer.py')], { SELL: 'off' }],
])('%s passes the whole conformance run', async (_, args, env) => {
  if (python) await expectConforms(python, args, env);
});
