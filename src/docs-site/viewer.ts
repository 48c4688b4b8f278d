import { type Form, home, linkBetween } from './addresses';

export const viewerPath = 'docs/viewer';

/** Redoc over the contract as this platform has it. Its styles are made by its script, so each answer names them by a nonce. */
export const viewerHtml = (form: Form): string => {
  const to = (page: string) => linkBetween(viewerPath, page, form);
  const nonce = form === 'platform' ? ' nonce="{{nonce}}"' : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>OpenAPI viewer · Codeferry</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="${to('docs/assets/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${to('docs/assets/viewer.css')}">
<script src="${to('docs/assets/redoc.js')}" defer></script><script src="${to('docs/assets/viewer.js')}"${nonce} defer></script></head>
<body><header><a href="${to(home)}">Codeferry docs</a>
<a href="${to('docs/calls')}">The same without a script</a></header>
<main id="viewer" data-contract="${to('openapi.json')}">The viewer needs a script.</main></body></html>
`;
};
