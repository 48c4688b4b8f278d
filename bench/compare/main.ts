import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';
import { temporalServerPrograms } from '../engine/temporal-server-programs';
import { playProfile } from '../profile/run';
import { writeResult } from '../report/results';
import { publishedShelf, type Shelf, shelfIn, writePage } from '../report/write-page';
import { engineWords } from './engine';
import type { Raw } from './findings';
import { sayGoals } from './goals';
import { readMachine } from './machine';
import { playRound, type Round } from './round';
import { readSettings } from './settings';
import { measureSimulators } from './simulator-limit';
import { startSimulators } from './simulators';

/** `npm run bench`: measures, keeps the figures, and makes the page anew. */
const main = async (): Promise<void> => {
  const startedAt = new Date();
  const settings = readSettings(process.argv.slice(2));
  const say = (line: string): void => void process.stderr.write(`• ${line}\n`);
  const folder = join(projectFolder, '.data', 'bench');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const shelf = settings.isShort ? shelfIn(folder) : publishedShelf;
  const machine = await readMachine();
  const engine = await engineWords(settings.engine, machine.temporal);
  if (settings.engine === 'postgres') await temporalServerPrograms(say);
  const simulators = await startSimulators(folder);
  const rounds: Round[] = [];
  try {
    if (settings.isProfiled) {
      const run = await playProfile({ settings, simulators, machine, engine, folder, say }, startedAt);
      writeResult(shelf.results, 'profile', { engine: settings.engine, database: run.databaseKind }, run);
      say(`written: ${writePage(shelf)}`);
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
    if (!keep(raw, shelf, say)) process.exitCode = 1;
  } finally {
    await simulators.stop();
  }
};

/** False where an order did not end exactly once. */
const keep = (raw: Raw, shelf: Shelf, say: (line: string) => void): boolean => {
  const database = raw.rounds[0]?.databaseKind ?? 'none';
  writeResult(shelf.results, 'compare', { engine: raw.settings.engine, database }, raw);
  const isWhole = sayGoals(raw, say);
  say(`written: ${writePage(shelf)}`);
  return isWhole;
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
