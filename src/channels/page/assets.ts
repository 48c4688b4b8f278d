import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PageAsset {
  readonly path: string;
  readonly mediaType: string;
  readonly body: Buffer;
  /** With the content's hash: a changed file has another address, so it may be cached for ever. */
  readonly href: string;
}

const asset = (file: string, path: string, mediaType: string): PageAsset => {
  const body = readFileSync(join(__dirname, file));
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12);
  return { path, mediaType, body, href: `${path}?v=${hash}` };
};

export const pageStyle = asset('page.css', '/assets/pickup.css', 'text/css; charset=utf-8');
export const pageScript = asset('page.js', '/assets/pickup.js', 'text/javascript; charset=utf-8');
