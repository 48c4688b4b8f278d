import { posix } from 'node:path';
import { contents } from './contents';

/** Where a page is looked at: by a browser at the platform, as a file of the static site, or as Markdown. */
export type Form = 'platform' | 'static' | 'markdown';

/** Of the docs' first page; all others are `docs/…` or `problems/…`. */
export const home = 'docs';

const bySource = new Map(
  contents.flatMap(({ pages }) =>
    pages.flatMap(({ path, source }) => (source ? [[source, `docs/${path}`] as const] : [])),
  ),
);

/** Between two pages, whatever path of PUBLIC_URL is before both. */
export const linkBetween = (from: string, to: string, form: Form): string => {
  const [page = '', hash] = to.split('#');
  const up = from.includes('/') ? '../' : '';
  const anchor = hash === undefined ? '' : `#${hash}`;
  if (page === from && anchor && form !== 'markdown') return anchor;
  return `${up}${nameOf(page, form)}${anchor}`;
};

const nameOf = (page: string, form: Form): string => {
  if (posix.extname(page) !== '') return page;
  if (form === 'static') return page === home ? 'index.html' : `${page}.html`;
  return form === 'markdown' && page.startsWith('docs/') && page !== 'docs/viewer' ? `${page}.md` : page;
};

/** A link of Markdown: to the web as it is, to another page of the docs, or to nothing that is shown there. */
export const pageOfLink = (source: string | undefined, href: string): string | undefined => {
  if (href.startsWith('site:')) return href.slice('site:'.length);
  if (/^[a-z]+:/i.test(href)) return href;
  const [path = '', hash] = href.split('#');
  if (source === undefined) return undefined;
  const page = bySource.get(path === '' ? source : posix.join(posix.dirname(source), path));
  return page && (hash === undefined ? page : `${page}#${hash}`);
};
