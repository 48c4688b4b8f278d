import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { run } from './run';

/** The project's folder, from src/cli and from dist/src/cli: the data folder of `npm start` is in it. */
const projectFolder = (folder: string): string =>
  existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : projectFolder(dirname(folder));

// `codeferry … | head` ends the pipe before we do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const folder = projectFolder(__dirname);

/** Root of the `codeferry` command. */
run(process.argv.slice(2), {
  env: process.env,
  dataDir: resolve(process.env.DATA_DIR || join(folder, '.data', 'run')),
  version: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
}).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  },
);
