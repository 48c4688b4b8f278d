import { llmsText, problemPage } from '../../contract/platform/surroundings';
import { Failure, failures, isFailureCode } from '../../domain/failures';
import { turnAfter } from '../../domain/words/problem-turn';
import type { Mount } from '../edge/mount';

const csp =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const pageOf = (code: keyof typeof failures): string => {
  const { status, title } = failures[code];
  const { whose, repeat } = turnAfter(code);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${code}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:38rem;padding:0 1rem}dt{font-weight:600;margin-top:1rem}dd{margin:0}</style></head>
<body><h1><code>${code}</code></h1>
<p>${title}. Status ${status}.</p>
<dl><dt>Whose turn is it?</dt><dd>${whose}</dd>
<dt>Does a repeat help?</dt><dd>${repeat}</dd></dl></body></html>
`;
};

const textOf = (publicUrl: string): string => `# Codeferry

> Sells electronic codes that their issuer makes at the moment of sale. Calls are signed as Standard Webhooks says.

- [The contract](${publicUrl}/openapi.json): OpenAPI 3.1, at the operators' address where they have one
- [Test issuers](${publicUrl}/docs): POST /v1/sandbox/issuers, without credentials, where the sandbox is on

## Problems

${Object.entries(failures)
  .map(([code, { status, title }]) => `- [${code}](${publicUrl}/problems/${code}): ${status}, ${title}`)
  .join('\n')}
`;

/** What a problem's `type` leads to, made from the one table; and where programs that read docs begin. */
export const mountProblemPages = (mount: Mount, publicUrl: string): void => {
  mount.bare(problemPage, (request, response) => {
    const { code } = request.params;
    if (!isFailureCode(code)) throw new Failure('path_unknown');
    response.setHeader('content-security-policy', csp);
    response.type('html').send(pageOf(code));
  });
  mount.bare(llmsText, (_request, response) => {
    response.type('text/plain').send(textOf(publicUrl));
  });
};
