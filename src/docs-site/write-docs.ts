import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OpenApi, openApiDocument } from '../contract/openapi/openapi';
import { type Form, home } from './addresses';
import { contents } from './contents';
import { homeText, lead, missing, missingPath } from './home-text';
import { pageHtml } from './layout';
import { failureCodes, problemsText, problemText } from './problem-texts';
import { withExamples } from './quickstart-files';
import { callsText, messagesText } from './reference';
import { markdownOf, renderPage, type Section, type Written } from './render';
import { sandboxButton } from './sandbox-button';
import { viewerHtml, viewerPath } from './viewer';

/** Of platforms in general: `src/api/docs` puts in what one platform is. */
const example = 'https://codes.example.com';

const made: Readonly<Record<string, (document: OpenApi) => string>> = {
  messages: messagesText,
  calls: (document) => callsText(document, false),
  'operator-calls': (document) => callsText(document, true),
  'problem-codes': problemsText,
};

const writtenPages = (root: string, document: OpenApi): Written[] => [
  ...contents.flatMap(({ pages }) =>
    pages.map(({ path, source }) => {
      const markdown = source
        ? withExamples(root, source, readFileSync(join(root, source), 'utf8'))
        : (made[path]?.(document) ?? '');
      return { path: `docs/${path}`, source, markdown };
    }),
  ),
  ...failureCodes.map((code) => ({ path: `problems/${code}`, markdown: problemText(code, document) })),
];

const searched = (sections: readonly Section[]): string =>
  JSON.stringify(sections.map(({ page, anchor, title, text }, id) => ({ id, page, anchor, title, text })));

/** Called by the build and by `npm run docs-site`: the pages with all that they load, as files in `out`. */
export const writeDocs = (root: string, out: string, form: Exclude<Form, 'markdown'>): void => {
  const document = openApiDocument();
  const pages = writtenPages(root, document);
  const rendered = new Map(pages.map((page) => [page.path, renderPage(page, form)]));
  const titleOf = (path: string): string => rendered.get(path)?.title ?? path;
  const menu = contents.map(({ name, pages: entries }) => ({
    name,
    pages: entries.map(({ path }) => ({ path: `docs/${path}`, title: titleOf(`docs/${path}`) })),
  }));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(out, name)), { recursive: true });
    writeFileSync(join(out, name), text);
  };
  rmSync(out, { recursive: true, force: true });
  const first = { path: home, markdown: homeText(menu) };
  const firstPage = renderPage(first, form);
  const button = form === 'platform' ? `<!--sandbox-->${sandboxButton(example)}<!--/sandbox-->` : '';
  write('index.html', pageHtml({ path: home, ...firstPage, html: firstPage.html + button }, menu, form));
  for (const page of pages) {
    const { title, html } = rendered.get(page.path) ?? firstPage;
    write(`${page.path}.html`, pageHtml({ path: page.path, title, html }, menu, form));
    if (page.path.startsWith('docs/')) write(`${page.path}.md`, markdownOf(page));
  }
  write(
    `${missingPath}.html`,
    pageHtml({ path: missingPath, ...renderPage({ path: missingPath, markdown: missing }, form) }, menu, form),
  );
  const at = form === 'platform' ? `${example}/` : '';
  const problems = failureCodes.map((code) => `- [${code}](${at}problems/${code}${form === 'static' ? '.html' : ''})`);
  const listed = markdownOf({ path: 'llms.txt', markdown: first.markdown }).replaceAll('](', `](${at}`);
  write('llms.txt', `${listed}\n## Problems\n\n${problems.join('\n')}\n`);
  write('llms-problems.txt', `${lead}\n## Problems\n\n${problems.join('\n')}\n`);
  write('docs/assets/search.json', searched([...rendered.values()].flatMap(({ sections }) => sections)));
  cpSync(join(root, 'src/docs-site/assets'), join(out, 'docs/assets'), { recursive: true });
  const styles = ['src/pages-kit/ground.css', 'src/docs-site/assets/docs.css'];
  write('docs/assets/docs.css', styles.map((path) => readFileSync(join(root, path), 'utf8')).join('\n'));
  cpSync(join(root, 'src/pages-kit/icon.svg'), join(out, 'docs/assets/icon.svg'));
  cpSync(join(root, 'docs/images'), join(out, 'docs/assets'), { recursive: true });
  cpSync(join(dirname(require.resolve('minisearch')), '../umd/index.js'), join(out, 'docs/assets/minisearch.js'));
  write('docs/assets/redoc.js', redoc());
  write(`${viewerPath}.html`, viewerHtml(form));
  if (form === 'static') write('openapi.json', JSON.stringify(document));
};

/** It would fetch its maker's logo. */
const redoc = (): string =>
  readFileSync(require.resolve('redoc/bundles/redoc.standalone.js'), 'utf8').replaceAll(
    'https://cdn.redoc.ly/redoc/logo-mini.svg',
    '',
  );
