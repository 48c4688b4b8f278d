import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const folder = join(__dirname, '..', '..', 'console');

export interface ConsoleAssets {
  readonly page: string;
  /** In the path of every file: the modules find each other beside themselves, and a changed file has another address. */
  readonly version: string;
  readonly files: ReadonlyMap<string, { readonly mediaType: string; readonly body: Buffer }>;
}

/** Read once at the start: the console is these few files and the chart library, served as they are. */
export const loadConsoleAssets = (): ConsoleAssets => {
  const own = readdirSync(folder)
    .filter((name) => mediaTypes[extname(name)] !== undefined)
    .map((name) => [name, join(folder, name)] as const);
  const paths = [
    ...own,
    ['uplot.js', require.resolve('uplot/dist/uPlot.iife.min.js')] as const,
    ['uplot.css', require.resolve('uplot/dist/uPlot.min.css')] as const,
  ];
  const files = new Map(
    paths.map(([name, path]) => [
      name,
      { mediaType: mediaTypes[extname(name)] ?? 'application/octet-stream', body: readFileSync(path) },
    ]),
  );
  const hash = createHash('sha256');
  for (const [name, { body }] of files) hash.update(`${name}\0`).update(body).update('\0');
  const version = hash.digest('hex').slice(0, 16);
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replaceAll('{{assets}}', `/operator/assets/${version}`);
  return { page, version, files };
};
