import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';
import { readMachine } from '../compare/machine';
import { startSimulators } from '../compare/simulators';
import { readResult, writeResult } from '../report/results';
import { publishedShelf, type Shelf, shelfIn, writePage } from '../report/write-page';
import { measureBurst } from './burst';
import { measureFairness } from './fairness';
import { type Findings, type FoundBy, type Ran, withPiece } from './findings';
import type { Growing } from './growing';
import { measureMemory } from './memory';
import { type PieceName, readGrowthOptions } from './options';
import { measureProcesses } from './processes';
import { measureStored } from './stored';

type Measure<P extends PieceName> = (
  growing: Growing,
) => Promise<Pick<Ran<FoundBy[P]>, 'settings' | 'isWhole' | 'found'>>;

const measures: { readonly [P in PieceName]: Measure<P> } = {
  stored: measureStored,
  processes: measureProcesses,
  fairness: measureFairness,
  burst: measureBurst,
  memory: measureMemory,
};

const say = (line: string): void => void process.stderr.write(`• ${line}\n`);

/** `npm run bench:growth`: each piece is written as soon as it has ended; a later one that breaks costs none before it. */
const main = async (): Promise<boolean> => {
  const options = readGrowthOptions(process.argv.slice(2));
  const folder = join(projectFolder, '.data', 'bench-growth');
  const shelf = options.isShort ? shelfIn(join(folder, 'report')) : publishedShelf;
  let isWhole = true;
  for (const piece of options.only) {
    const pieceFolder = join(folder, piece);
    rmSync(pieceFolder, { recursive: true, force: true });
    mkdirSync(pieceFolder, { recursive: true });
    isWhole = (await runPiece(piece, { options, folder: pieceFolder, say }, shelf)) && isWhole;
  }
  return isWhole;
};

const runPiece = async <P extends PieceName>(
  piece: P,
  parts: Omit<Growing, 'simulators' | 'sawDatabase'>,
  shelf: Shelf,
): Promise<boolean> => {
  const startedAt = new Date();
  const machine = await readMachine();
  const simulators = await startSimulators(parts.folder);
  try {
    let databaseKind = 'none';
    const sawDatabase = (kind: string): void => {
      databaseKind = kind;
    };
    const measured = await measures[piece]({ ...parts, simulators, sawDatabase });
    const ran: Ran<FoundBy[P]> = {
      startedAt: startedAt.toISOString(),
      tookMs: Date.now() - startedAt.getTime(),
      machine,
      databaseKind,
      note: parts.options.note,
      ...measured,
    };
    const setUp = { engine: 'dev', database: databaseKind };
    const before = readResult<Findings>(shelf.results, 'growth', setUp) ?? {};
    writeResult(shelf.results, 'growth', setUp, withPiece(before, piece, ran));
    say(`${piece}: ${measured.isWhole ? 'every accepted order ended exactly once' : 'NOT WHOLE: no figure counts'}`);
    say(`written: ${writePage(shelf)}`);
    return measured.isWhole;
  } finally {
    await simulators.stop();
  }
};

main().then(
  (isWhole) => process.exit(isWhole ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
