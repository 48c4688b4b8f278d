import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join, posix } from 'node:path';

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const sources = join(__dirname, '..', '..');
/** Written by the build, beside the built api; the api of a test runs from its sources. */
const modulesFolder = ['browser', 'dist/browser']
  .map((name) => join(sources, '..', name))
  .find((path) => existsSync(path));

export interface PageAssets {
  readonly page: string;
  /** In the path of every file: the modules find each other beside themselves, and a changed file has another address. */
  readonly version: string;
  /** Where they are. */
  readonly assets: string;
  readonly files: ReadonlyMap<string, { readonly mediaType: string; readonly body: Buffer }>;
}

export interface PageSource {
  /** Of `src`, and of the modules: `console`. */
  readonly name: string;
  /** Where the page is: `/operator`. */
  readonly path: string;
  readonly basePath: string;
  /** Of packages, by the name under which the page asks for them. */
  readonly packages?: Readonly<Record<string, string>>;
}

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** What its first module reaches. A module imports `./dom`, so that is its address. */
const modulesOf = (folder: string, name: string): (readonly [string, string])[] => {
  const seen = new Map<string, string>();
  const visit = (address: string): void => {
    if (seen.has(address)) return;
    const path = join(folder, `${address}.js`);
    seen.set(address, path);
    for (const [, to = ''] of readFileSync(path, 'utf8').matchAll(/^(?:import|export) .*?["'](\.[^"']+)["'];$/gm)) {
      visit(posix.join(posix.dirname(address), to));
    }
  };
  visit(`${name}/main`);
  return [...seen].sort();
};

/** Read once at the start: a page is these files and the packages that it names, served as they are. */
export const loadPageAssets = ({ name, path: at, basePath, packages = {} }: PageSource): PageAssets => {
  if (modulesFolder === undefined) throw new Error('the pages are not built: npm run build');
  const modules = modulesOf(modulesFolder, name);
  const shared = filesIn(join(sources, 'pages-kit'))
    .filter((path) => mediaTypes[extname(path)] !== undefined)
    .map((path) => [basename(path), path] as const);
  const paths = [...modules, ...shared, ...Object.entries(packages)];
  const files = new Map(
    paths.map(([file, path]) => [
      file,
      { mediaType: mediaTypes[extname(path)] ?? 'application/octet-stream', body: readFileSync(path) },
    ]),
  );
  const hash = createHash('sha256');
  for (const [file, { body }] of files) hash.update(`${file}\0`).update(body).update('\0');
  const version = hash.digest('hex').slice(0, 16);
  // Asked for at once, and not one after the other as each is read.
  const preloads = modules.map(([file]) => `<link rel="modulepreload" href="{{assets}}/${file}">`).join('\n    ');
  const assets = `${basePath}${at}/assets/${version}`;
  const page = readFileSync(join(sources, name, 'index.html'), 'utf8')
    .replace('{{modules}}', preloads)
    .replaceAll('{{assets}}', assets)
    .replaceAll('{{base}}', basePath);
  return { page, version, assets, files };
};
