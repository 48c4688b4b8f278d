import type { OpenApi } from '../../contract/openapi/openapi';
import type { Operation } from '../../contract/openapi/operation';
import { escapeHtml } from './escape-html';
import { sandboxButton } from './sandbox-button';

/** The calls and messages at a glance, for a person; docs/protocol.md tells the rules. `sandboxUrl`: where test issuers are made. */
export const docsPage = (document: OpenApi, sandboxUrl: string | undefined): string => {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => row(operation, [method.toUpperCase(), path])),
  );
  const messages = Object.entries(document.webhooks).map(([type, { post }]) => row(post, [type]));
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Codeferry: calls</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="assets/docs.css">${sandboxUrl === undefined ? '' : '<script src="assets/docs.js" defer></script>'}</head>
<body><main><h1>Codeferry</h1><p>${escapeHtml(document.info.description)}</p>
<p>The same for machines: <a href="openapi.json">openapi.json</a>.</p>
${sandboxUrl === undefined ? '' : sandboxButton(sandboxUrl)}
<h2>Calls</h2>${table(['For', 'Method', 'Path', 'What it does', 'Answers'], calls)}
<h2>Messages of the platform</h2>${table(['For', 'Type', 'What it says', 'Answers'], messages)}</main></body></html>`;
};

const row = ({ tags, summary, responses }: Operation, names: readonly string[]): string => {
  const answers = Object.entries(responses)
    .map(([status, { description }]) => `${code(status)} ${prose(description)}`)
    .join('<br>');
  return [escapeHtml(tags.join()), ...names.map(code), prose(summary), answers]
    .map((cell) => `<td>${cell}</td>`)
    .join('');
};

/** The document's descriptions are Markdown; of that they use backticks alone. */
const prose = (text: string): string => escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;

const table = (head: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${head.map((cell) => `<th>${cell}</th>`).join('')}</tr></thead><tbody>
${rows.map((cells) => `<tr>${cells}</tr>`).join('\n')}
</tbody></table>`;

export const docsStyle = `:root{color-scheme:light dark}body{background:Canvas;color:CanvasText;font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8884}
code{font-size:.9em}
#sandbox{border:1px solid #8886;border-radius:8px;padding:0 1rem 1rem;margin:1.5rem 0}#sandbox form{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end}#sandbox form[hidden]{display:none}
#sandbox label{display:grid;gap:.25rem}#sandbox :is(input,select,button){font:inherit;padding:.4rem .6rem}#sandbox input{min-width:min(22rem,80vw)}
#sandbox pre{overflow:auto;padding:.75rem;background:#8882;border-radius:6px}.secret{word-break:break-all}a{color:#0645ad}.bad{color:#b3261e}@media(prefers-color-scheme:dark){a{color:#9ecbff}.bad{color:#f99}}`;
