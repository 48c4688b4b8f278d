import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crashScenes } from './crash-scenes';
import { guards, judgeGuard } from './guards';
import { notReached } from './needed';
import { writeReport } from './report';
import { type RunReport, runPlan } from './run';

/** What `npm run test:fault` runs: rounds of one platform each, until the orders are done or the time is up. */
export interface LongState {
  readonly seed: number;
  readonly rounds: readonly Round[];
}

/** A long run may go on after days: each of its rounds says of which build it is. */
export type Round = RunReport & { readonly build: string };

const roundOrders = 300;

const option = (name: string): string | undefined => {
  const prefix = `--${name}=`;
  return process.argv.find((argument) => argument.startsWith(prefix))?.slice(prefix.length);
};
const numberOption = (name: string, otherwise: number): number => {
  const text = option(name);
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number`);
  return value;
};

const say = (line: string): void => {
  process.stderr.write(`• ${line}\n`);
};

/** The commit, where there is one to be asked for. */
const buildOf = (): string => {
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', timeout: 10_000 });
  return stdout?.trim() || 'unknown';
};

const readState = (path: string): LongState | undefined =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LongState) : undefined;

const keepState = (path: string, state: LongState): void => {
  writeFileSync(`${path}.new`, JSON.stringify(state, null, 1));
  renameSync(`${path}.new`, path);
};

const placed = (rounds: readonly RunReport[]): number =>
  rounds.reduce((sum, { figures }) => sum + (figures.orders ?? 0), 0);
const isGreen = ({ safety, liveness, missed }: RunReport): boolean =>
  safety.length + liveness.length + missed.length === 0;
/** Of all rounds together: one round need not have been everywhere. */
const reachedAll = (rounds: readonly RunReport[]): boolean => {
  const everReached = Object.assign({}, ...rounds.map(({ sometimes }) => sometimes));
  const missing = notReached(everReached);
  for (const name of missing) say(`never reached: ${name}`);
  return missing.length === 0;
};

const runRounds = async (): Promise<boolean> => {
  const folder = option('folder') ?? join('.data', 'fault');
  mkdirSync(folder, { recursive: true });
  // Kept elsewhere, a run can go on where its folder is gone: `bench/results/faults-dev-secantusd-rs` for the one of docs/performance.md.
  const kept = option('kept') ?? join(folder, 'report');
  const statePath = `${kept}.json`;
  const before = readState(statePath);
  const givenSeed = option('seed') === undefined ? undefined : numberOption('seed', 0);
  const seed = before?.seed ?? givenSeed ?? Math.floor(Math.random() * 2 ** 31);
  if (before && givenSeed !== undefined && givenSeed !== before.seed) {
    throw new Error(`${statePath} holds a run with --seed=${before.seed}; give another --folder or --kept`);
  }
  const orders = numberOption('orders', roundOrders);
  const endMs = Date.now() + numberOption('minutes', 24 * 60) * 60_000;
  const perRound = Math.min(orders, numberOption('round', roundOrders));
  const everySeconds = numberOption('every', 5);
  say(`--seed=${seed}${before ? `, going on after ${before.rounds.length} rounds` : ''}`);
  const build = buildOf();
  let rounds = [...(before?.rounds ?? [])];
  while (placed(rounds) < orders && Date.now() < endMs) {
    const roundFolder = join(folder, `round-${rounds.length + 1}`);
    rmSync(roundFolder, { recursive: true, force: true });
    const report = await runPlan({
      folder: roundFolder,
      seed: seed + rounds.length,
      scenes: numberOption('scenes', 1) === 0 ? [] : crashScenes,
      orders: perRound,
      faultsMs: numberOption('faults', 90) * 1_000,
      faultEveryMs: everySeconds * 1_000,
      windowSeconds: 150,
      boundMs: 480_000,
      ...(option('small-disk') === undefined ? {} : { smallDisk: option('small-disk') as string }),
      say: () => undefined,
    });
    rounds = [...rounds, { ...report, build }];
    keepState(statePath, { seed, rounds });
    writeReport(join(folder, 'report.md'), { seed, rounds });
    say(
      `round ${rounds.length} (seed ${report.seed}): ${report.figures.orders} orders, ${report.safety.length} safety, ` +
        `${report.liveness.length} liveness, settled in ${Math.round(report.settledAfterMs / 1_000)} s; ${placed(rounds)} of ${orders}`,
    );
    for (const { rule, order, detail } of [...report.safety, ...report.liveness]) say(`  ${rule}: ${order} ${detail}`);
    if (isGreen(report)) rmSync(roundFolder, { recursive: true, force: true });
    else say(`  what was seen is kept in ${roundFolder}`);
  }
  say(`the report is ${join(folder, 'report.md')}`);
  return reachedAll(rounds) && rounds.every(isGreen);
};

/** Each guard switched off must make a verdict red, or the suite would not notice its loss. */
const runGuards = async (): Promise<boolean> => {
  const only = option('guards');
  let allRed = true;
  for (const guard of guards.filter(({ name }) => only === undefined || only === name)) {
    const folder = join(option('folder') ?? join('.data', 'fault'), `guard-${guard.name}`);
    rmSync(folder, { recursive: true, force: true });
    const { isRed, why } = await judgeGuard(guard, folder, numberOption('seed', 1));
    say(`${guard.name} switched off: ${isRed ? 'red' : 'STILL GREEN'} ${why}`);
    allRed &&= isRed;
    rmSync(folder, { recursive: true, force: true });
  }
  return allRed;
};

const isGuards = process.argv.some((argument) => argument.startsWith('--guards'));
(isGuards ? runGuards() : runRounds()).then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
