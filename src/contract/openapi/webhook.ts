import type { Callback } from '../callback';
import type { JsonSchemas } from './json-schemas';
import { answersOf, type Operation, type Response, signature } from './operation';

const failed: Readonly<Record<string, Response>> = {
  '410': { description: 'Nobody is here any more: the platform stops calling' },
  default: { description: 'A failed attempt: the same message comes again, with the same bytes and `webhook-id`' },
};

const taken = { '2XX': { description: 'Taken; the body is not read' } };

/** One declared message of the platform as an OpenAPI webhook: what the receiver gets, and what it may answer. */
export const webhookOf = ({ name, to, summary, body, answers }: Callback, schemas: JsonSchemas): Operation => ({
  operationId: name,
  tags: [`to the ${to}`],
  summary,
  security: [signature],
  parameters: [],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: schemas.schemaOf(body, 'from_platform') } },
  },
  responses: {
    ...(answers ? answersOf(answers, (answer) => schemas.schemaOf(answer, 'to_platform')) : taken),
    ...failed,
  },
});
