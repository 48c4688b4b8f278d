import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The same from src/dev (tests) and from dist/src/dev (the built commands): the folder with package.json. */
export const projectFolder: string = (() => {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('package.json of Codeferry not found');
    folder = dirname(folder);
  }
  return folder;
})();

/** Downloaded servers; shared by every data folder and by the tests, as they are the same bytes for all. */
export function cacheFolder(): string {
  return resolve(process.env.CODEFERRY_CACHE_DIR ?? join(projectFolder, '.data', 'cache'));
}
