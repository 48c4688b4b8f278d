// @ts-check
// The search, the copy buttons and the button for a test issuer. Each page reads without it.

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement | null} */
const find = (selector, within = document) => within.querySelector(selector);
const assets = new URL('.', /** @type {HTMLLinkElement} */ (find('link[rel=stylesheet]')).href);
const suffix = document.documentElement.dataset.suffix ?? '';

/** @param {string} page @param {string} anchor */
const addressOf = (page, anchor) => `${new URL(`../../${page}${suffix}`, assets).href}#${anchor}`;

/** @type {Promise<any> | undefined} */
let index;
const loaded = () => {
  index ??= Promise.all([
    fetch(new URL('search.json', assets)).then((answer) => answer.json()),
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = new URL('minisearch.js', assets).href;
      script.addEventListener('load', resolve);
      script.addEventListener('error', reject);
      document.head.append(script);
    }),
  ]).then(([sections]) => {
    // @ts-expect-error the loaded script makes it
    const search = new window.MiniSearch({
      fields: ['title', 'text'],
      storeFields: ['page', 'anchor', 'title', 'text'],
    });
    search.addAll(sections);
    return search;
  });
  return index;
};

const hitsMax = 12;
const box = find('search');
const input = /** @type {HTMLInputElement | null} */ (find('search input'));
const found = find('#found');
if (box && input && found) {
  box.hidden = false;
  input.addEventListener('focus', () => void loaded().catch(() => undefined), { once: true });
  input.addEventListener('input', async () => {
    const words = input.value.trim();
    if (words === '') {
      found.replaceChildren();
      return;
    }
    try {
      const search = await loaded();
      if (input.value.trim() !== words) return;
      const hits = search
        .search(words, { prefix: true, fuzzy: 0.15, combineWith: 'AND', boost: { title: 3 } })
        .slice(0, hitsMax);
      found.replaceChildren(hits.length === 0 ? 'Nothing found.' : listOf(hits));
    } catch {
      index = undefined;
      found.replaceChildren('The search could not be loaded.');
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && box.contains(document.activeElement)) {
      input.value = '';
      found.replaceChildren();
      input.focus();
    }
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
    }
  });
}

/** @param {{ page: string, anchor: string, title: string, text: string }[]} hits */
const listOf = (hits) => {
  const list = document.createElement('ul');
  for (const { page, anchor, title, text } of hits) {
    const link = document.createElement('a');
    link.href = addressOf(page, anchor);
    const name = document.createElement('strong');
    name.textContent = title;
    const where = document.createElement('small');
    where.textContent = `${page.replace(/^docs\//, '')} · ${text.slice(0, 90)}`;
    link.append(name, where);
    const item = document.createElement('li');
    item.append(link);
    list.append(item);
  }
  return list;
};

for (const block of document.querySelectorAll('main > pre')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(find('code', block)?.textContent ?? '');
    button.textContent = 'Copied';
  });
  const frame = document.createElement('div');
  frame.className = 'block';
  block.replaceWith(frame);
  frame.append(block, button);
}
