import { type Form, home, linkBetween } from './addresses';
import { escapeHtml } from './escape-html';

export interface MenuPart {
  readonly name: string;
  readonly pages: readonly { readonly path: string; readonly title: string }[];
}

interface Page {
  readonly path: string;
  readonly title: string;
  readonly html: string;
}

/** What stands around each page. Without a script the search is not shown, and all links are there. */
export const pageHtml = ({ path, title, html }: Page, menu: readonly MenuPart[], form: Form): string => {
  const to = (page: string) => escapeHtml(linkBetween(path, page, form));
  const links = menu.map(({ name, pages }) => {
    const items = pages.map(
      (page) =>
        `<li><a href="${to(page.path)}"${page.path === path ? ' aria-current="page"' : ''}>${escapeHtml(page.title)}</a></li>`,
    );
    return `<h2>${escapeHtml(name)}</h2><ul>${items.join('')}</ul>`;
  });
  return `<!doctype html>
<html lang="en"${form === 'static' ? ' data-suffix=".html"' : ''}><head><meta charset="utf-8"><title>${path === home ? 'Codeferry docs' : `${escapeHtml(title)} · Codeferry`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="${to('docs/assets/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${to('docs/assets/docs.css')}"><script type="module" src="${to('docs/assets/docs.js')}"></script></head>
<body><a class="skip" href="#main">To the text</a>
<!--menu--><header><a class="brand" href="${to(home)}"><span class="mark" aria-hidden="true"></span>Codeferry docs</a>
<a class="to-menu" href="#menu">All pages</a><search hidden><label><span class="unseen">Search the docs</span><input type="search" placeholder="Search" autocomplete="off" aria-controls="found"></label><div id="found" role="status"></div></search></header><!--/menu-->
<div class="shell"><main id="main" tabindex="-1">${html}</main>
<!--menu--><nav id="menu" aria-label="Docs">${links.join('\n')}</nav><!--/menu--></div>
</body></html>
`;
};
