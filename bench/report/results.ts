import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';

/** One file a kind of run and set-up: `compare-dev-secantusdb.json`. */
export const resultKinds = ['compare', 'profile', 'growth', 'peers', 'faults'] as const;
export type ResultKind = (typeof resultKinds)[number];

/** What stood under the platform when a figure was measured: no figure is published without it. */
export interface SetUp {
  readonly engine: string;
  readonly database: string;
}

/** What a fresh clone's `npm start` runs, the second where MongoDB's vendor does not answer; their figures come first. */
export const defaultSetUps: readonly SetUp[] = [
  { engine: 'dev', database: 'mongod' },
  { engine: 'dev', database: 'secantusdb' },
];

const engineWords: Readonly<Record<string, string>> = { dev: 'dev server', postgres: 'Temporal on PostgreSQL' };
const databaseWords: Readonly<Record<string, string>> = {
  secantusdb: 'SecantusDB',
  'secantusd-rs': "SecantusDB's Rust build",
  mongod: 'MongoDB',
};

export const setUpWords = ({ engine, database }: SetUp): string =>
  `${engineWords[engine] ?? engine}, ${databaseWords[database] ?? database}`;

export const isDefault = (setUp: SetUp): boolean =>
  defaultSetUps.some(({ engine, database }) => engine === setUp.engine && database === setUp.database);

export interface Result<F> {
  readonly setUp: SetUp;
  readonly found: F;
}

const engines = ['dev', 'postgres'];
const databases = ['mongod', 'secantusdb', 'secantusd-rs'];
const rank = ({ engine, database }: SetUp): number => engines.indexOf(engine) * 10 + databases.indexOf(database);

export const resultsFolder = join(projectFolder, 'bench', 'results');

/** All set-ups in which this kind was run, the default one first. */
export const readResults = <F>(folder: string, kind: ResultKind): Result<F>[] => {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => {
      const [, engine, database] = new RegExp(`^${kind}-([a-z]+)-([a-z-]+)\\.json$`).exec(file) ?? [];
      if (engine === undefined || database === undefined) return [];
      return [{ setUp: { engine, database }, found: JSON.parse(readFileSync(join(folder, file), 'utf8')) as F }];
    })
    .sort((a, b) => rank(a.setUp) - rank(b.setUp));
};

const pathOf = (folder: string, kind: ResultKind, { engine, database }: SetUp): string =>
  join(folder, `${kind}-${engine}-${database}.json`);

/** What an earlier run of the same set-up found; undefined where there was none. */
export const readResult = <F>(folder: string, kind: ResultKind, setUp: SetUp): F | undefined => {
  const path = pathOf(folder, kind, setUp);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as F) : undefined;
};

export const writeResult = (folder: string, kind: ResultKind, setUp: SetUp, found: object): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(pathOf(folder, kind, setUp), `${JSON.stringify(found)}\n`);
};
