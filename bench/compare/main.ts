import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';
import { temporalServerPrograms } from '../engine/temporal-server-programs';
import { playProfile, writeProfile } from '../profile/run';
import { engineWords } from './engine';
import { readMachine } from './machine';
import { writeReport } from './report';
import { playRound, type Round } from './round';
import { readSettings, type Settings } from './settings';
import { measureSimulators } from './simulator-limit';
import { startSimulators } from './simulators';

/** A short run writes beside the data, so that docs keep the long one; what is told of the dev server is not overwritten by PostgreSQL's. */
const reportFolder = ({ isShort, engine }: Settings, dataFolder: string): string => {
  if (isShort) return dataFolder;
  return engine === 'dev' ? join(projectFolder, 'docs') : join(projectFolder, 'docs', engine);
};

/** `npm run bench`: measures, then writes the report. */
const main = async (): Promise<void> => {
  const startedAt = new Date();
  const settings = readSettings(process.argv.slice(2));
  const say = (line: string): void => void process.stderr.write(`• ${line}\n`);
  const folder = join(projectFolder, '.data', 'bench');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const machine = await readMachine();
  const engine = await engineWords(settings.engine, machine.temporal);
  if (settings.engine === 'postgres') await temporalServerPrograms(say);
  const simulators = await startSimulators(folder);
  const rounds: Round[] = [];
  try {
    if (settings.isProfiled) {
      const run = await playProfile({ settings, simulators, machine, engine, folder, say }, startedAt);
      say(`report: ${writeProfile(run, folder, reportFolder(settings, folder))}`);
      return;
    }
    const limits = await measureSimulators(simulators, settings, folder);
    for (const { isSigned, ordersPerSecond } of limits) {
      say(`null server, ${isSigned ? 'signed' : 'unsigned'}: ${ordersPerSecond.toFixed(0)} orders/s`);
    }
    for (let n = 1; n <= settings.rounds; n += 1) {
      const roundFolder = join(folder, `round-${n}`);
      mkdirSync(roundFolder, { recursive: true });
      rounds.push(await playRound({ n, settings, simulators, folder: roundFolder, say }));
    }
    const tookMs = Date.now() - startedAt.getTime();
    const raw = { startedAt: startedAt.toISOString(), tookMs, settings, machine, engine, limits, rounds };
    writeFileSync(join(folder, 'raw.json'), `${JSON.stringify(raw)}\n`);
    const isWhole = writeReport(raw, reportFolder(settings, folder), say);
    if (!isWhole) process.exitCode = 1;
  } finally {
    await simulators.stop();
  }
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
