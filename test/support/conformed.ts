import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/bounded/free-port';
import { conform } from '../../src/cli/issuer/conform';
import { checks } from '../../src/conformance/run';
import { type ScenarioResult, whyNotPlayed } from '../../src/conformance/scenario';
import { scenarios } from '../../src/conformance/scenarios';
import { startProgram } from './issuer-program';

const codeModes = ['request', 'push'] as const;
type CodeMode = (typeof codeModes)[number];

const conformed = async (
  codeMode: CodeMode,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ScenarioResult[]> => {
  const [port, stagePort] = [await freePort(), await freePort()];
  const [issuerId, secret] = ['under-test', `whsec_${randomBytes(32).toString('base64')}`];
  const cwd = await mkdtemp(join(tmpdir(), 'codeferry-conformed-'));
  const settings = { platformUrl: `http://127.0.0.1:${stagePort}`, issuerId, secret, port };
  const program = await startProgram(command, args, settings, { cwd, env, isSilent: true });
  let text = '{"results":[]}';
  const ended = await conform({
    ...{ url: `http://127.0.0.1:${port}/callback`, secret, issuerId, codeMode, json: true },
    listen: { host: '127.0.0.1', port: stagePort },
    limits: { patienceMs: 20_000, quietMs: 400, leaseMs: 8_000 },
    atOnce: 20,
    signal: new AbortController().signal,
    out: (line) => {
      text = line;
    },
    err: () => undefined,
  }).catch((error: unknown) => error);
  program.kill('SIGKILL');
  await rm(cwd, { recursive: true, force: true });
  const { results } = JSON.parse(text) as { results: ScenarioResult[] };
  if (results.length === 0) throw ended;
  return results;
};

const named = (results: readonly ScenarioResult[], outcome: ScenarioResult['outcome']): string[] =>
  results.filter((result) => result.outcome === outcome).map(({ name }) => name);

/** A program, as its README or folder has it, passes all that its code mode has, hints too; both modes at once. */
export const expectConforms = async (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const runs = await Promise.all(codeModes.map((codeMode) => conformed(codeMode, command, args, env)));
  for (const [n, results] of runs.entries()) {
    const issuer = { codeMode: codeModes[n] ?? 'request', callback: 'url' } as const;
    const others = scenarios.filter((one) => whyNotPlayed(one, issuer) !== undefined);
    const skipped = others.map(({ name }) => name);
    const own = checks.map(({ name }) => name).filter((name) => !skipped.includes(name));
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect({ skipped: named(results, 'skipped'), passed: named(results, 'passed') }).toEqual({ skipped, passed: own });
  }
};
