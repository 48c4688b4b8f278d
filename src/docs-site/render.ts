import { Marked, type Tokens } from 'marked';
import { type Form, linkBetween, pageOfLink } from './addresses';
import { escapeHtml } from './escape-html';
import { createSlugs } from './slug';

/** What is written, and where. */
export interface Written {
  /** Such as `docs/signing`. */
  readonly path: string;
  readonly source?: string | undefined;
  readonly markdown: string;
}

/** A heading with what stands below it: what a search finds. */
export interface Section {
  readonly page: string;
  readonly anchor: string;
  readonly title: string;
  readonly text: string;
}

interface Rendered {
  readonly title: string;
  readonly html: string;
  readonly sections: readonly Section[];
}

const plain = (markdown: string): string =>
  markdown
    .replace(/<!--.*?-->/gs, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^```\w*$|^#+ |^\s*- |[`*|]/gm, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Raw HTML is shown as text, and a link that leads out of the docs is its words alone. */
export const renderPage = ({ path, source, markdown }: Written, form: Form): Rendered => {
  const slugOf = createSlugs();
  const sections: { page: string; anchor: string; title: string; text: string }[] = [];
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const anchor = slugOf(plain(text));
        const words = this.parser.parseInline(tokens);
        if (depth === 1) return `<h1 id="${anchor}">${words}</h1>\n`;
        return `<h${depth} id="${anchor}">${words} <a class="anchor" href="#${anchor}" aria-label="Link to: ${escapeHtml(plain(text))}">#</a></h${depth}>\n`;
      },
      code({ text, lang }: Tokens.Code) {
        if (lang === 'mermaid') return movesOf(text);
        return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const words = this.parser.parseInline(tokens);
        const page = pageOfLink(source, href);
        if (page === undefined) return words;
        return `<a href="${escapeHtml(page.includes(':') ? page : linkBetween(path, page, form))}">${words}</a>`;
      },
      image({ href, text }: Tokens.Image) {
        const name = href.split('/').pop() ?? '';
        return `<img src="${linkBetween(path, `docs/assets/${name}`, form)}" alt="${escapeHtml(text)}">`;
      },
      table({ header, rows }: Tokens.Table) {
        const row = (cells: readonly Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`;
        return `<div class="wide" tabindex="0"><table><thead>${row(header, 'th')}</thead><tbody>${rows.map((one) => row(one, 'td')).join('\n')}</tbody></table></div>\n`;
      },
      html: ({ text }: Tokens.HTML | Tokens.Tag) => (text.trim().startsWith('<!--') ? '' : escapeHtml(text)),
    },
  });
  const tokens = marked.lexer(markdown);
  const slugs = createSlugs();
  for (const token of tokens) {
    if (token.type === 'heading') {
      sections.push({ page: path, anchor: slugs(plain(token.text)), title: plain(token.text), text: '' });
      continue;
    }
    const last = sections.at(-1);
    if (last) last.text = `${last.text} ${plain(token.raw)}`.trim();
  }
  return { title: sections[0]?.title ?? path, html: marked.parser(tokens), sections };
};

/** A diagram of states, for who has no drawing of it: what may follow what. */
const movesOf = (diagram: string): string => {
  const next = new Map<string, string[]>();
  for (const [, from = '', to = ''] of diagram.matchAll(/^\s*(\S+) --> (\S+)$/gm)) {
    if (from === '[*]') continue;
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const rows = [...next].map(([from, to]) => {
    const follows = to.map((state) => (state === '[*]' ? 'final' : `<code>${escapeHtml(state)}</code>`)).join(', ');
    return `<tr><th scope="row"><code>${escapeHtml(from)}</code></th><td>${follows}</td></tr>`;
  });
  return `<div class="wide" tabindex="0"><table><thead><tr><th>State</th><th>May become</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>\n`;
};

/** For programs: the same text, its links leading to the Markdown of the other pages. */
export const markdownOf = ({ path, source, markdown }: Written): string =>
  markdown.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (_whole, image: string, words: string, href: string) => {
    if (image) return `![${words}](${linkBetween(path, `docs/assets/${href.split('/').pop()}`, 'markdown')})`;
    const page = pageOfLink(source, href);
    if (page === undefined) return words;
    return `[${words}](${page.includes(':') ? page : linkBetween(path, page, 'markdown')})`;
  });
