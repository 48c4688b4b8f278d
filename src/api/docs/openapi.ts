import { takeReceipts } from '../../contract/platform/receipts';
import type { Route } from '../../contract/route';
import { routes } from '../../contract/routes';
import { createJsonSchemas } from './json-schemas';
import { type Operation, operationOf } from './operation';

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Partial<Record<Route['method'], Operation>>>;
  readonly components: object;
}

const inHeader = (name: string) => ({ type: 'apiKey', in: 'header', name });

const securitySchemes = {
  webhookId: inHeader('webhook-id'),
  webhookTimestamp: inHeader('webhook-timestamp'),
  webhookSignature: inHeader('webhook-signature'),
  operatorToken: { type: 'http', scheme: 'bearer' },
  /** Its name is the platform's own. */
  consoleSession: { type: 'apiKey', in: 'cookie', name: 'codeferry', description: 'Set by the sign-in at the console' },
  csrfToken: inHeader('x-csrf-token'),
};

/** Made from the very declarations by which calls are let in and answered, so that it cannot drift from them. */
export const openApiDocument = (offered: readonly { readonly name: string }[], hasReceipts = false): OpenApi => {
  const schemas = createJsonSchemas(new Set(offered.map(({ name }) => name)));
  const paths: OpenApi['paths'] = {};
  for (const route of routes) {
    if (route === takeReceipts && !hasReceipts) continue;
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Codeferry',
      version: '1',
      description:
        'Each code comes from its issuer at the moment of sale. Issuer calls are signed as Standard Webhooks says; operator calls carry a bearer token.',
    },
    paths,
    components: {
      schemas: schemas.components(),
      headers: {
        RetryAfter: {
          description: 'Seconds to wait before the same request is sent again',
          schema: { type: 'integer' },
        },
      },
      securitySchemes,
    },
  };
};
