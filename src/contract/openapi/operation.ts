import type { z } from 'zod';
import { failures } from '../../domain/failures';
import { problem } from '../problem';
import { problemsOf } from '../problems-of';
import type { Route, Who } from '../route';
import type { JsonSchema, JsonSchemas } from './json-schemas';

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly parameters: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, Response>>;
  /** Where it is at another address than the rest. */
  readonly servers?: readonly { readonly url: string }[];
}

export interface Response {
  readonly description: string;
  readonly headers?: object;
  readonly content?: Readonly<Record<string, object>>;
}

const tags = {
  issuer: 'issuer',
  portal: 'issuer',
  viewer: 'operator',
  operator: 'operator',
  admin: 'operator',
  session: 'operator',
  buyer: 'buyer',
  anyone: 'public',
} as const satisfies Record<Who, string>;

export const signature = { webhookId: [], webhookTimestamp: [], webhookSignature: [] };
const operatorToken = { operatorToken: [] };
/** A browser that signed in at the console; its changes carry the session's token besides. */
const session = { consoleSession: [], csrfToken: [] };

const securityOf = ({ who, method, inPortal }: Route): readonly object[] => {
  const inOwnPage = method === 'get' ? { portalSession: [] } : { portalSession: [], csrfToken: [] };
  const bySession = method === 'get' ? { consoleSession: [] } : session;
  switch (who) {
    case 'issuer':
      return inPortal ? [signature, inOwnPage] : [signature];
    case 'portal':
      return [inOwnPage];
    case 'viewer':
    case 'operator':
    case 'admin':
      return [operatorToken, bySession];
    case 'session':
      return [bySession];
    default:
      return [];
  }
};

const roles: ReadonlySet<Who> = new Set(['viewer', 'operator', 'admin']);

/** One declared route as an OpenAPI operation. */
export const operationOf = (route: Route, schemas: JsonSchemas): Operation => {
  const { name, tag, who, summary, body, query } = route;
  return {
    operationId: name,
    tags: [tag ?? tags[who]],
    summary,
    ...(roles.has(who) ? { description: `Needs the role ${who}.` } : {}),
    security: securityOf(route),
    parameters: [
      ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, param]) => ({
        name: param,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...(query ? queryParameters(query, schemas) : []),
    ],
    ...(body ? { requestBody: requestBodyOf(route, body, schemas) } : {}),
    ...(route.lines ? { requestBody: fileOf(route.lines) } : {}),
    responses: responsesOf(route, schemas),
  };
};

const requestBodyOf = (
  { method, bodyNeeded = method === 'put' }: Route,
  body: NonNullable<Route['body']>,
  schemas: JsonSchemas,
): object => ({
  // Most calls that need no field may come without a body.
  required: bodyNeeded || !body.safeParse({}).success,
  content: { 'application/json': { schema: schemas.schemaOf(body, 'to_platform') } },
});

const fileOf = ({ mediaTypes, example }: NonNullable<Route['lines']>): object => ({
  required: true,
  content: Object.fromEntries(
    mediaTypes.map((type, n) => [type, { schema: { type: 'string' }, ...(n === 0 ? { example } : {}) }]),
  ),
});

const queryParameters = (query: NonNullable<Route['query']>, schemas: JsonSchemas): object[] => {
  const { properties = {}, required = [] } = schemas.schemaOf(query, 'to_platform');
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
};

const retryAfter = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } };

/** Declared answers, of the platform or to it. */
export const answersOf = (
  answers: Route['answers'],
  schemaOf: (body: z.ZodType) => JsonSchema,
): Record<string, Response> =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { says, body, mediaType, alsoAs, headers = {} }]) => {
      const content = body ? { schema: schemaOf(body) } : mediaType ? { schema: { type: 'string' } } : undefined;
      const type = mediaType ?? 'application/json';
      const also = alsoAs ? { [alsoAs]: { schema: { type: 'string' } } } : {};
      const named = Object.entries(headers).map(([name, description]) => [
        name,
        { description, schema: { type: 'string' } },
      ]);
      return [
        status,
        {
          description: says,
          ...(named.length > 0 ? { headers: Object.fromEntries(named) } : {}),
          ...(content ? { content: { [type]: content, ...also } } : {}),
        },
      ];
    }),
  );

const responsesOf = (route: Route, schemas: JsonSchemas): Record<string, Response> => {
  const responses = answersOf(route.answers, (body) => schemas.schemaOf(body, 'from_platform'));
  if (responses['202']) responses['202'] = { ...responses['202'], headers: retryAfter };
  const problems = problemsOf(route);
  for (const status of new Set(problems.map((code) => failures[code].status))) {
    const answer = responses[status];
    const codes = problems.filter((code) => failures[code].status === status);
    const says = codes.map((code) => `\`${code}\``).join(', ');
    responses[status] = {
      description: answer ? `${answer.description}; ${says}` : says,
      ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
      content: {
        ...answer?.content,
        'application/problem+json': { schema: schemas.schemaOf(problem, 'from_platform') },
      },
    };
  }
  return responses;
};
