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
  /** Where buyers and issuers are. */
  readonly publicPath: string;
  readonly isDemo: boolean;
  /** Docs and console are at the same address. */
  readonly isOfOperators: boolean;
}

const forOperators = (basePath: string, publicPath: string): string => `
<dt>You issue codes</dt><dd><a href="${basePath}/docs/quickstart">Sell a first one</a>, read <a href="${basePath}/docs">the docs</a>, or open <a href="${publicPath}/issuer">your page</a>. For machines: <a href="${basePath}/openapi.json">openapi.json</a>.</dd>
<dt>You operate this platform</dt><dd><a href="${basePath}/operator">The console</a>; <a href="${basePath}/readyz">which parts are up</a>.</dd>`;

const page = ({ basePath, publicPath, isDemo, isOfOperators }: Page): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Codeferry</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;margin:0;background:light-dark(#eef2f3,#0f1617);color:light-dark(#10201f,#e6eeec)}main{max-width:36rem;margin:3rem auto;padding:1.5rem 2rem;border-radius:1rem;background:light-dark(#fff,#172123)}h1{margin:0}a{color:light-dark(#0b6b63,#6fd0c5)}dt{font-weight:600;margin-top:1rem}dd{margin:0}</style></head>
<body><main><h1>Codeferry</h1>
<p>Electronic codes that do not exist before they are sold: each comes from its issuer at the moment of sale.</p>
${isDemo ? demo : ''}
<dl>
<dt>You bought a code</dt><dd>Open the link that the seller sent you. It leads to your order and, once it has arrived, your code. Is it lost? <a href="${publicPath}/p/lost">Have it sent again</a>.</dd>${isOfOperators ? forOperators(basePath, publicPath) : ''}
</dl></main></body></html>
`;

/** `/`: what this is and where to look, for a person; there is nothing here for a program. */
export const mountStartPage = (
  mount: Mount,
  { publicUrl, adminUrl, isDemo }: Addresses & { readonly isDemo: boolean },
): void => {
  const publicPath = basePathOf(publicUrl);
  const operators = page({
    basePath: basePathOf(adminUrl ?? publicUrl),
    publicPath: adminUrl ? publicUrl : publicPath,
    isDemo,
    isOfOperators: true,
  });
  const everybody = page({ basePath: publicPath, publicPath, isDemo, isOfOperators: false });
  mount.bare(startPage, (request, response) => {
    if (request.accepts(['application/problem+json', 'html']) !== 'html') throw new Failure('path_unknown');
    response.setHeader('content-security-policy', csp);
    response.type('html').send(request.app.locals.isOfOperators ? operators : everybody);
  });
};
