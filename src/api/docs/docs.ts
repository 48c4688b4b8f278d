import type { ConfiguredChannels } from '../../channels/configured-channels';
import type { Addresses } from '../edge/apps';
import type { Mount } from '../edge/mount';
import { docsPage, docsStyle } from './docs-page';
import { openApiDocument } from './openapi';

/** The contract for machines and for people. */
export const mountDocs = (mount: Mount, channels: ConfiguredChannels, addresses: Addresses): void => {
  const document = openApiDocument({
    channels: channels.offered().map(({ name }) => name),
    hasReceipts: channels.receiptSecret !== undefined && channels.withReceipts().length > 0,
    ...addresses,
  });
  const page = docsPage(document);
  mount.plain('operators', 'get', '/openapi.json', (_request, response) => {
    response.json(document);
  });
  mount.plain('operators', 'get', '/assets/docs.css', (_request, response) => {
    response.type('css').send(docsStyle);
  });
  mount.plain('operators', 'get', '/docs', (_request, response) => {
    response.type('html').send(page);
  });
};
