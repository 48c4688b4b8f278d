import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { createIssuerClient } from '../../packages/issuer/src';
import { freePort } from '../../src/bounded/free-port';
import { expectConforms } from '../support/conformed';
import { stopIssuerPrograms } from '../support/issuer-program';
import { platformOfFile } from '../support/platform-of-file';
import { revealItems } from '../support/reveal';
import { until } from '../support/until';

const run = promisify(execFile);
const project = join(__dirname, '..', '..');
const packageFolder = join(project, 'packages', 'issuer');
const file = platformOfFile();
let folder: string;
let readme: string;

/** What a stranger has: an empty folder, and the tarball in it installed without a registry. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'issuer-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: packageFolder });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder });
  readme = /```ts\n([\s\S]*?)```/.exec(await readFile(join(packageFolder, 'README.md'), 'utf8'))?.[1] ?? '';
});
afterAll(async () => {
  stopIssuerPrograms();
  await rm(folder, { recursive: true, force: true });
});

/** With Node’s types that are here; every declaration of the package is looked at. */
const compile = async (sources: Record<string, string>): Promise<string[]> => {
  const names = await Promise.all(
    Object.entries(sources).map(async ([name, text]) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    }),
  );
  const program = ts.createProgram(names, {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node20,
    outDir: join(folder, 'out'),
    types: ['node'],
    typeRoots: [join(project, 'node_modules', '@types')],
  });
  const { diagnostics } = program.emit();
  const ofPackage = (name = '') => !name.includes('/node_modules/') || name.includes('@codeferry');
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics]
    .filter((one) => ofPackage(one.file?.fileName))
    .map((one) => `${one.file?.fileName}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`);
};

test('its exports are right for import and require, and its ten lines compile as both', async () => {
  const publint = join(dirname(require.resolve('publint')), 'cli.js');
  await run(process.execPath, [publint, '--strict', packageFolder]);
  expect(
    readme
      .trim()
      .split('\n')
      .filter((line) => line !== '').length,
  ).toBeLessThanOrEqual(10);
  expect(await compile({ 'issuer.mts': readme, 'issuer.cts': readme })).toEqual([]);
});

test('it signs and believes as the vectors of Standard Webhooks say', async () => {
  const { stdout } = await run(
    process.execPath,
    [
      '-p',
      `const { signHmac, verifySignature } = require('@codeferry/issuer');
      const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
      const body = '{"test": 2432232314}';
      const signature = signHmac(secret, { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1614265330, body });
      const headers = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', signature };
      const verify = (text) => verifySignature({
        headers, body: Buffer.from(text), keys: { secrets: [secret] }, nowMs: 1614265330000,
      }).ok;
      JSON.stringify({ signature, right: verify(body), wrong: verify(body + ' ') })`,
    ],
    { cwd: folder },
  );
  expect(JSON.parse(stdout)).toEqual({
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    right: true,
    wrong: false,
  });
});

const onPath = (program: string): string[] =>
  (process.env.PATH ?? '').split(delimiter).some((at) => existsSync(join(at, program))) ? [program] : [];

/** Whoever runs the README's text: as it stands, compiled for `require`, and in other runtimes where they are found. */
const runtimes = [
  ['import', process.execPath, ['issuer.mjs'], 'push'],
  ['require', process.execPath, ['out/issuer.cjs'], 'request'],
  ...onPath('bun').map((name) => [name, name, ['issuer.mjs'], 'push'] as const),
  ...onPath('deno').map((name) => [name, name, ['run', '-A', 'issuer.mjs'], 'request'] as const),
] as const;

test.each(runtimes)('the ten lines of its README sell a code: %s', async (name, program, args, codeMode) => {
  const [port, issuerId] = [await freePort(), `ten-lines-${name}`];
  const home = join(folder, name);
  await mkdir(home);
  await writeFile(join(folder, 'issuer.mjs'), readme);
  const url = `http://127.0.0.1:${port}/callback`;
  const made = await file.platform.operator('POST', '/issuers', {
    issuerId,
    name,
    callback: { kind: 'url', url },
    codeMode,
    terminal: { channel: 'page' },
  });
  const { secret } = made.body;
  const said: string[] = [];
  const issuer: ChildProcess = spawn(program, [...args.slice(0, -1), join(folder, args.at(-1) ?? '')], {
    cwd: home,
    env: {
      ...process.env,
      PLATFORM_URL: file.platform.baseUrl,
      ISSUER_ID: issuerId,
      ISSUER_SECRET: secret,
      CALLBACK_PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  issuer.stdout?.on('data', (chunk) => said.push(String(chunk)));
  issuer.stderr?.on('data', (chunk) => said.push(String(chunk)));
  try {
    await until('the issuer to listen', () =>
      fetch(url).then(
        () => true,
        () => issuer.exitCode !== null,
      ),
    );
    const api = createIssuerClient({ baseUrl: file.platform.baseUrl, issuerId, secret });
    const orderNo = randomUUID();
    const { pickupUrl } = await api.placeOrder({
      orderNo,
      product: { id: 'card', name: 'Gift card' },
      quantity: 2,
      amount: { value: 1000, currency: 'EUR' },
    });
    await until('the codes', async () => (await api.readOrder(orderNo)).state === 'delivered');
    const { items } = (await (await revealItems(pickupUrl ?? '')).json()) as { items: { value: string }[] };
    const kept = (await readFile(join(home, 'issued.jsonl'), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('codes/'));
    expect(kept).toHaveLength(1);
    const [, codes] = JSON.parse(kept[0] ?? '');
    expect(items.map((item) => item.value).sort()).toEqual(
      JSON.parse(codes)
        .map((code: { value: string }) => code.value)
        .sort(),
    );
    expect(said).toEqual([]);
  } finally {
    issuer.kill();
  }
});

test('the ten lines of its README pass the whole conformance run', async () => {
  await writeFile(join(folder, 'conforming.mjs'), readme);
  await expectConforms(process.execPath, [join(folder, 'conforming.mjs')]);
});
