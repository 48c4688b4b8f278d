import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
export const inProject = (...parts) => join(projectRoot, ...parts);

// The npm that runs us, or the one on the path; on Windows npm is a script that only a shell can start.
export function npmCommand(args) {
  const npmCli = process.env.npm_execpath;
  if (npmCli?.endsWith('.js')) return { command: process.execPath, args: [npmCli, ...args], shell: false };
  return { command: 'npm', args, shell: process.platform === 'win32' };
}
