import { createHash } from 'node:crypto';
import { previewFrame } from '../../contract/platform/surroundings';
import type { Mount } from '../edge/mount';

/** Shows what the page around it sends, without running, loading or submitting any of it. */
const script = `addEventListener('message', ({ source, data }) => {
  if (source !== parent || typeof data !== 'string') return;
  const shown = new DOMParser().parseFromString(data, 'text/html');
  shown.documentElement.inert = true;
  document.replaceChild(document.adoptNode(shown.documentElement), document.documentElement);
});
parent.postMessage('preview-ready', '*');`;

const csp = [
  "default-src 'none'",
  `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-scripts',
].join('; ');

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Preview</title></head><body><script>${script}</script></body></html>`;

/** `/preview-frame`: what is drawn in it is of no origin, so a mail or page can do nothing to the console around it. */
export const mountPreviewFrame = (mount: Mount): void =>
  mount.bare(previewFrame, (_request, response) => {
    response.setHeader('content-security-policy', csp);
    response.setHeader('x-frame-options', 'SAMEORIGIN');
    response.setHeader('cache-control', 'no-store');
    response.type('html').send(page);
  });
