import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Addresses } from '../edge/apps';

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Written by the build, beside the built api; the api of a test runs from its sources. */
const folder = ['docs', 'dist/docs']
  .map((name) => join(__dirname, '..', '..', '..', name))
  .find((path) => existsSync(join(path, 'llms.txt')));

export interface DocsFile {
  readonly mediaType: string;
  readonly body: Buffer;
}

/** What the pages say of platforms in general. */
const example = 'https://codes.example.com';
const sandboxPart = /<!--sandbox-->.*?<!--\/sandbox-->/s;

/** Read once at the start, by the name of each file: the pages as this platform has them. */
export const loadDocsFiles = ({
  publicUrl,
  adminUrl,
  hasSandbox,
}: Addresses & { readonly hasSandbox: boolean }): ReadonlyMap<string, DocsFile> => {
  if (folder === undefined) throw new Error('the docs are not built: npm run build');
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const mediaType = mediaTypes[extname(path)] ?? 'application/octet-stream';
        const name = relative(folder, path).replaceAll(sep, '/');
        // Its links lead to where the docs are.
        const url = name === 'llms.txt' ? (adminUrl ?? publicUrl) : publicUrl;
        const isPage = /html|markdown|plain/.test(mediaType);
        const body = isPage ? asHere(readFileSync(path, 'utf8'), url, hasSandbox) : readFileSync(path);
        return [name, { mediaType, body }] as const;
      }),
  );
};

const asHere = (text: string, publicUrl: string, hasSandbox: boolean): Buffer =>
  Buffer.from((hasSandbox ? text : text.replace(sandboxPart, '')).replaceAll(example, () => publicUrl));
