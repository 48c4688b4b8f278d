import type { OpenApi } from './openapi';

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The calls at a glance, for a person; docs/protocol.md tells the rules. Plain HTML, no script. */
export const docsPage = (document: OpenApi): string => {
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { tags, summary, responses }]) =>
        `<tr><td>${escapeHtml(tags.join())}</td><td><code>${method.toUpperCase()}</code></td><td><code>${escapeHtml(path)}</code></td><td>${escapeHtml(summary)}</td><td>${Object.entries(
          responses,
        )
          .filter(([status]) => status !== 'default')
          .map(([status, { description }]) => `<code>${status}</code> ${escapeHtml(description)}`)
          .join('<br>')}</td></tr>`,
    ),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Codeferry: calls</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="assets/docs.css"></head>
<body><h1>Codeferry</h1><p>${escapeHtml(document.info.description)}</p>
<p>The same for machines: <a href="openapi.json">openapi.json</a>.</p>
<table><thead><tr><th>For</th><th>Method</th><th>Path</th><th>What it does</th><th>Answers</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></body></html>`;
};

export const docsStyle = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8884}
code{font-size:.9em}`;
