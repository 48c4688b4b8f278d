import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../src/dev/project-folder';
import type { Machine } from '../../compare/machine';
import { findPostgres } from '../../engine/postgres-programs';
import { benchFolder, findRedis, findRestate } from './programs';

const dependenciesOf = (folder: string): Record<string, string> =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies;

const versionOr = async (find: () => Promise<{ version: string }>): Promise<string> =>
  find().then(
    ({ version }) => version,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

/** Of everything that the figures rest on. */
export const readVersions = async (machine: Machine): Promise<Record<string, string>> => ({
  'Temporal dev server': machine.temporal,
  "Temporal's SDK": dependenciesOf(projectFolder)['@temporalio/worker'] ?? '',
  PostgreSQL: await versionOr(() => findPostgres()),
  Redis: await versionOr(findRedis),
  'Restate server': await versionOr(findRestate),
  ...dependenciesOf(benchFolder),
});
