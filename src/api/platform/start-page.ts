import { startPage } from '../../contract/platform/surroundings';
import { Failure } from '../../domain/failures';
import type { Addresses } from '../edge/apps';
import { basePathOf } from '../edge/base-path';
import type { Mount } from '../edge/mount';

const csp =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const demo =
  '<p>This one is a demo: it sells orders by itself and breaks some on purpose. <code>DEMO=off npm start</code> runs without it.</p>';

interface Page {
  readonly basePath: string;
  readonly isDemo: boolean;
  /** Docs and console are at the same address. */
  readonly isOfOperators: boolean;
}

const forOperators = (basePath: string): string => `
<dt>You issue codes</dt><dd><a href="${basePath}/docs">The calls</a>, and the same for machines: <a href="${basePath}/openapi.json">openapi.json</a>.</dd>
<dt>You operate this platform</dt><dd><a href="${basePath}/operator">The console</a>; <a href="${basePath}/readyz">which parts are up</a>.</dd>`;

const page = ({ basePath, isDemo, isOfOperators }: Page): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Codeferry</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:38rem;padding:0 1rem}dt{font-weight:600;margin-top:1rem}dd{margin:0}</style></head>
<body><h1>Codeferry</h1>
<p>Electronic codes that do not exist before they are sold: each comes from its issuer at the moment of sale.</p>
${isDemo ? demo : ''}
<dl>
<dt>You bought a code</dt><dd>Open the link that the seller sent you. It leads to your order and, once it has arrived, your code.</dd>${isOfOperators ? forOperators(basePath) : ''}
</dl></body></html>
`;

/** `/`: what this is and where to look, for a person; there is nothing here for a program. */
export const mountStartPage = (
  mount: Mount,
  { publicUrl, adminUrl, isDemo }: Addresses & { readonly isDemo: boolean },
): void => {
  const operators = page({ basePath: basePathOf(adminUrl ?? publicUrl), isDemo, isOfOperators: true });
  const everybody = page({ basePath: basePathOf(publicUrl), isDemo, isOfOperators: false });
  mount.bare(startPage, (request, response) => {
    if (request.accepts(['application/problem+json', 'html']) !== 'html') throw new Failure('path_unknown');
    response.setHeader('content-security-policy', csp);
    response.type('html').send(request.app.locals.isOfOperators ? operators : everybody);
  });
};
