import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const folder = join(__dirname, '..', '..', 'console');
/** Written by the build, beside the built api; the api of a test runs from its sources. */
const modulesFolder = ['browser', 'dist/browser']
  .map((name) => join(__dirname, '..', '..', '..', name))
  .find((path) => existsSync(path));

export interface ConsoleAssets {
  readonly page: string;
  /** In the path of every file: the modules find each other beside themselves, and a changed file has another address. */
  readonly version: string;
  readonly files: ReadonlyMap<string, { readonly mediaType: string; readonly body: Buffer }>;
}

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Read once at the start: the console is these files and the chart library, served as they are. */
export const loadConsoleAssets = (basePath: string): ConsoleAssets => {
  if (modulesFolder === undefined) throw new Error('the console is not built: npm run build');
  // A module imports `./dom`, so that is its address.
  const modules = filesIn(modulesFolder)
    .map((path) => [relative(modulesFolder, path).replaceAll(sep, '/').replace(/\.js$/, ''), path] as const)
    .sort();
  const own = filesIn(folder)
    .filter((path) => mediaTypes[extname(path)] !== undefined)
    .map((path) => [relative(folder, path), path] as const);
  const paths = [
    ...modules,
    ...own,
    ['uplot.js', require.resolve('uplot/dist/uPlot.iife.min.js')] as const,
    ['uplot.css', require.resolve('uplot/dist/uPlot.min.css')] as const,
  ];
  const files = new Map(
    paths.map(([name, path]) => [
      name,
      { mediaType: mediaTypes[extname(path)] ?? 'application/octet-stream', body: readFileSync(path) },
    ]),
  );
  const hash = createHash('sha256');
  for (const [name, { body }] of files) hash.update(`${name}\0`).update(body).update('\0');
  const version = hash.digest('hex').slice(0, 16);
  // Asked for at once, and not one after the other as each is read.
  const preloads = modules.map(([name]) => `<link rel="modulepreload" href="{{assets}}/${name}">`).join('\n    ');
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
    .replace('{{modules}}', preloads)
    .replaceAll('{{assets}}', `${basePath}/operator/assets/${version}`)
    .replaceAll('{{base}}', basePath);
  return { page, version, files };
};
