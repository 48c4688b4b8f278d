import type { OpenApi } from '../contract/openapi/openapi';
import { type FailureCode, failures } from '../domain/failures';
import { turnAfter } from '../domain/words/problem-turn';

export const failureCodes = Object.keys(failures) as FailureCode[];

/** What a problem's `type` leads to. */
export const problemText = (code: FailureCode, { paths }: OpenApi): string => {
  const { status, title } = failures[code];
  const { whose, repeat } = turnAfter(code);
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { responses }]) => responses[status]?.description.includes(`\`${code}\``))
      .map(([method]) => `- \`${method.toUpperCase()} ${path}\``),
  );
  return `# ${code}

${title}. Status ${status}.

## Whose turn is it?

${whose}

## Does a repeat help?

${repeat}

## Who may answer it

${calls.length > 0 ? calls.join('\n') : 'No call of its own: any that fits.'}
`;
};

export const problemsText = (): string => `# Problem codes

Each leads to its page. The rules: [problems](site:docs/problems).

| Code | Status | Meaning |
| --- | --- | --- |
${failureCodes.map((code) => `| [\`${code}\`](site:problems/${code}) | ${failures[code].status} | ${failures[code].title} |`).join('\n')}
`;
