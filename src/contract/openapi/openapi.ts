import { channelNames } from '../../channels/terminals';
import { callbacks } from '../callbacks';
import { takeReceipts } from '../platform/receipts';
import { type Route, sidesOf } from '../route';
import { routes } from '../routes';
import * as sandbox from '../sandbox';
import { createJsonSchemas } from './json-schemas';
import { type Operation, operationOf } from './operation';
import { webhookOf } from './webhook';

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: { readonly name: string; readonly identifier: string };
  };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Partial<Record<Route['method'], Operation>>>;
  /** By the type of the message. */
  readonly webhooks: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: object;
}

const ofSandbox: ReadonlySet<unknown> = new Set(Object.values(sandbox));

const inHeader = (name: string) => ({ type: 'apiKey', in: 'header', name });

const securitySchemes = {
  webhookId: inHeader('webhook-id'),
  webhookTimestamp: inHeader('webhook-timestamp'),
  webhookSignature: inHeader('webhook-signature'),
  operatorToken: { type: 'http', scheme: 'bearer' },
  /** Its name is the platform's own. */
  consoleSession: { type: 'apiKey', in: 'cookie', name: 'codeferry', description: 'Set by the sign-in at the console' },
  portalSession: {
    type: 'apiKey',
    in: 'cookie',
    name: 'codeferry-issuer',
    description: 'Set by a link to the issuer’s own page',
  },
  csrfToken: inHeader('x-csrf-token'),
};

/** What a platform has of the contract, and where it is. */
export interface Served {
  readonly channels: readonly string[];
  readonly hasReceipts: boolean;
  readonly hasSandbox: boolean;
  readonly publicUrl: string;
  /** Where operators have an address of their own. */
  readonly adminUrl?: string | undefined;
}

/** The contract of every platform, as it is checked in. */
const whole: Served = { channels: channelNames, hasReceipts: true, hasSandbox: true, publicUrl: '/' };

/** Made from the very declarations by which calls are let in and answered, so that it cannot drift from them. */
export const openApiDocument = ({
  channels,
  hasReceipts,
  hasSandbox,
  publicUrl,
  adminUrl,
}: Served = whole): OpenApi => {
  const schemas = createJsonSchemas(new Set(channels));
  const paths: OpenApi['paths'] = {};
  for (const route of routes) {
    if (route.isForBrowsers || (route === takeReceipts && !hasReceipts)) continue;
    if (!hasSandbox && ofSandbox.has(route)) continue;
    const isElsewhere = adminUrl !== undefined && !sidesOf(route).includes('public');
    const operation = { ...operationOf(route, schemas), ...(isElsewhere ? { servers: [{ url: adminUrl }] } : {}) };
    paths[route.path] = { ...paths[route.path], [route.method]: operation };
  }
  const webhooks = Object.fromEntries(callbacks.map((one) => [one.type, { post: webhookOf(one, schemas) }]));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Codeferry',
      version: '1',
      description:
        'Each code comes from its issuer at the moment of sale. Issuer calls and the platform’s own are signed as Standard Webhooks says; operator calls carry a bearer token.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    paths,
    webhooks,
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
