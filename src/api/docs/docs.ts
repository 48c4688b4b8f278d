import type { ConfiguredChannels } from '../../channels/configured-channels';
import { openApiDocument } from '../../contract/openapi/openapi';
import * as routes from '../../contract/operator/pages';
import { readContract } from '../../contract/platform/surroundings';
import type { Addresses } from '../edge/apps';
import type { Mount } from '../edge/mount';
import { docsPage, docsStyle } from './docs-page';
import { docsScript } from './sandbox-button';

const csp =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The contract for machines and for people. */
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
  const page = docsPage(document, hasSandbox ? addresses.publicUrl : undefined);
  mount.bare(readContract, (_request, response) => {
    response.json(document);
  });
  mount.bare(routes.docsStyle, (_request, response) => {
    response.type('css').send(docsStyle);
  });
  mount.bare(routes.docsScript, (_request, response) => {
    response.type('js').send(docsScript);
  });
  mount.bare(routes.docsPage, (_request, response) => {
    response.setHeader('content-security-policy', csp);
    response.type('html').send(page);
  });
};
