import { html, type Markup } from '../../channels/page/html';
import { pageWords } from '../../channels/page/translations';
import { marked } from '../../channels/test-mark';
import type { PortalPerson } from '../auth/portal-sessions';

/** The pages speak English alone. */
export const shownIssuer = (issuerId: string, name: string): string => marked(issuerId, name, pageWords('en'));

const document = (assets: string, content: Markup): string =>
  html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Codeferry for issuers</title>
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="${assets}/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${assets}/ground.css">
    <link rel="stylesheet" href="${assets}/pages.css">
    <link rel="stylesheet" href="${assets}/parts.css">
  </head>
  <body>
    <main id="view" class="alone">
      <div class="brand big"><span class="mark" aria-hidden="true"></span>Codeferry</div>
      ${content}
    </main>
  </body>
</html>
`.text;

/** Whoever looks at the link uses nothing up: a press does. It needs no script. */
export const linkPage = (assets: string, { issuerId, role, name }: PortalPerson, issuerName: string): string =>
  document(
    assets,
    html`<form class="card sign-in" method="post">
        <h1>${shownIssuer(issuerId, issuerName)}</h1>
        <p>Signs this browser in at <code>${issuerId}</code> as <strong>${name}</strong>, who may ${role === 'admin' ? 'read and change' : 'read'}. The link works once.</p>
        <button type="submit" class="primary">Sign in</button>
      </form>`,
  );

export const deadLinkPage = (assets: string): string =>
  document(
    assets,
    html`<div class="card sign-in">
        <h1>This link is not good any more</h1>
        <p>It was used, it has ended, or it is not whole. Ask whoever gave it to you for a new one.</p>
      </div>`,
  );
