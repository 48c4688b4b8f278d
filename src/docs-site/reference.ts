import type { OpenApi } from '../contract/openapi/openapi';
import type { Operation, Response } from '../contract/openapi/operation';
import { exampleBlock, fieldLines, type Schema, type Schemas } from './schema-lines';

const bodyOf = (content: Response['content']): Schema | undefined =>
  (content?.['application/json'] as { schema?: Schema } | undefined)?.schema;

const schemasOf = ({ components }: OpenApi): Schemas => (components as { schemas: Schemas }).schemas;

/** Names of problems become links to their pages. */
const withProblems = (text: string): string =>
  text.replaceAll(/`([a-z]+(?:_[a-z]+)+|internal|unavailable)`/g, '[`$1`](site:problems/$1)');

const parts = (lines: readonly string[], heading: string): string[] =>
  lines.length === 0 ? [] : ['', heading, '', ...lines];

const operationText = (title: string, operation: Operation, schemas: Schemas): string => {
  const { summary, description, parameters, requestBody, responses } = operation;
  const body = bodyOf((requestBody as { content?: Response['content'] } | undefined)?.content);
  const query = (parameters as readonly { name: string; in: string; required: boolean; schema: Schema }[]).filter(
    (one) => one.in === 'query',
  );
  const asFields: Schema = {
    properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
    required: query.filter(({ required }) => required).map(({ name }) => name),
  };
  const answers = Object.entries(responses).flatMap(([status, response]) => {
    const content = bodyOf(response.content);
    return [
      `- \`${status}\`: ${withProblems(response.description)}`,
      ...(content && status.startsWith('2') ? fieldLines(content, schemas, 1) : []),
    ];
  });
  return [
    `## ${title}`,
    '',
    `${summary}. ${description ?? ''}`.trim(),
    ...parts(fieldLines(asFields, schemas), 'Query:'),
    ...parts(body ? fieldLines(body, schemas) : [], 'Body:'),
    body ? exampleBlock(body, schemas) : '',
    ...parts(answers, 'Answers:'),
    '',
  ].join('\n');
};

/** Every call at a glance, of operators or of all others. */
export const callsText = (document: OpenApi, isOfOperators: boolean): string => {
  const schemas = schemasOf(document);
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes('operator') === isOfOperators)
      .map(([method, operation]) => operationText(`\`${method.toUpperCase()} ${path}\``, operation, schemas)),
  );
  const title = isOfOperators ? 'Every call of operators' : 'Every call';
  const rules = isOfOperators
    ? '[calls of an operator](site:docs/operators)'
    : '[calls of an issuer](site:docs/issuer)';
  return `# ${title}\n\nMade from the contract: [openapi.json](site:openapi.json), also [in a viewer](site:docs/viewer). The rules beside it: ${rules}.\n\n${calls.join('\n')}`;
};

/** What the platform sends, with schema and example. */
export const messagesText = (document: OpenApi): string => {
  const messages = Object.entries(document.webhooks).map(([type, { post }]) =>
    operationText(`\`${type}\``, post, schemasOf(document)),
  );
  return `# Messages of the platform\n\nEach is a signed POST. The rules: [callbacks](site:docs/callbacks), [events](site:docs/events).\n\n${messages.join('\n')}`;
};
