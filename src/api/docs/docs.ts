import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import type { ConfiguredChannels } from '../../channels/configured-channels';
import { openApiDocument } from '../../contract/openapi/openapi';
import * as routes from '../../contract/operator/pages';
import { docsAsset, llmsText, problemPage, readContract } from '../../contract/platform/surroundings';
import { Failure } from '../../domain/failures';
import type { Addresses } from '../edge/apps';
import type { Mount } from '../edge/mount';
import { type DocsFile, loadDocsFiles } from './docs-files';

const csp =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The contract for machines and for people, and what a problem's `type` leads to. */
export const mountDocs = (
  mount: Mount,
  channels: ConfiguredChannels,
  hasSandbox: boolean,
  addresses: Addresses,
): void => {
  const document = openApiDocument({
    channels: channels.offered().map(({ name }) => name),
    hasReceipts: channels.receiptSecret !== undefined && channels.withReceipts().length > 0,
    hasSandbox,
    ...addresses,
  });
  const files = loadDocsFiles({ ...addresses, hasSandbox });
  // The same bytes for all: whoever reads them slowly holds no copy.
  const contract = Buffer.from(JSON.stringify(document));
  mount.bare(readContract, (_request, response) => {
    response.type('json').send(contract);
  });
  mount.bare(routes.docsPage, (_request, response) => send(response, files.get('index.html')));
  mount.bare(routes.docsViewer, (_request, response) => {
    const nonce = randomBytes(16).toString('base64');
    const viewer = files.get('docs/viewer.html')?.body.toString().replace('{{nonce}}', nonce) ?? '';
    response.setHeader('content-security-policy', csp.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`));
    response.type('html').send(viewer);
  });
  mount.bare(routes.docsSubpage, (request, response) => {
    const name = String(request.params.page);
    const file = files.get(name.endsWith('.md') ? `docs/${name}` : `docs/${name}.html`);
    const isPerson = request.accepts(['application/problem+json', 'html']) === 'html';
    if (file || !isPerson) return send(response, file);
    response.status(404);
    send(response, files.get('docs/missing.html'));
  });
  mount.bare(docsAsset, ({ params: { file } }, response) => {
    response.setHeader('cache-control', 'public, max-age=600');
    send(response, files.get(`docs/assets/${file}`));
  });
  mount.bare(problemPage, ({ params: { code }, app }, response) => {
    const file = files.get(`problems/${code}.html`);
    send(response, app.locals.isOfOperators ? file : file && withoutMenu(file));
  });
  mount.bare(llmsText, ({ app }, response) => {
    send(response, files.get(app.locals.isOfOperators ? 'llms.txt' : 'llms-problems.txt'));
  });
};

/** @throws Failure `path_unknown` */
const send = (response: Response, file: DocsFile | undefined): void => {
  if (!file) throw new Failure('path_unknown');
  response.setHeader('content-security-policy', csp);
  response.setHeader('content-type', file.mediaType);
  response.send(file.body);
};

/** Menu and search lead to what is not there, where operators have an address of their own. */
const withoutMenu = ({ mediaType, body }: DocsFile): DocsFile => ({
  mediaType,
  body: Buffer.from(body.toString().replaceAll(/<!--menu-->.*?<!--\/menu-->/gs, '')),
});
