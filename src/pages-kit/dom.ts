/** What an element may hold; what is nothing is left out. */
export type Child = Node | string | false | null | undefined | readonly Child[];

// biome-ignore lint/suspicious/noExplicitAny: each event has its own type, which the listener names
type Listener = (event: any) => unknown;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

/**
 * Called by every view: `h('a', { class: 'link', href }, text, child)`. Text stays text: nothing that an issuer or a
 * terminal wrote can become markup.
 */
export const h = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] => fill(document.createElement(tag), attributes, children);

const svgNamespace = 'http://www.w3.org/2000/svg';
const s = <Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] => fill(document.createElementNS(svgNamespace, tag), attributes, children);

const fill = <E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (name === 'value') (element as unknown as HTMLInputElement).value = String(value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...shown(children));
  return element;
};

const shown = (children: readonly Child[]): (Node | string)[] =>
  children.flatMap((child) => {
    if (child === undefined || child === null || child === false) return [];
    if (typeof child === 'string' || child instanceof Node) return [child];
    return shown(child);
  });

export const replace = <E extends Element>(element: E, ...children: readonly Child[]): E => {
  element.replaceChildren(...shown(children));
  return element;
};

const paths = {
  overview: 'M4 19V5M4 19h16M8 15v-4M12 15V8M16 15v-6',
  orders: 'M6 3h9l4 4v14H6zM9 11h7M9 15h7M9 7h3',
  failures: 'M12 4 2.5 20h19zM12 10v5M12 17.6v.2',
  issuers: 'M4 20V9l8-5 8 5v11M9 20v-6h6v6',
  audit: 'M12 3a9 9 0 1 0 9 9M12 7v5l3 2M16 3h5v5',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
} as const;

/** Beside a word, never instead of one. */
export const icon = (name: keyof typeof paths) =>
  s(
    'svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' },
    s('path', {
      d: paths[name],
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.8,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
    }),
  );

/** A size in percent, for bars: set through the style object, which the content security policy allows. */
export const sized = <E extends HTMLElement>(element: E, name: string, share: number): E => {
  element.style.setProperty(name, `${Math.max(0, Math.min(1, share)) * 100}%`);
  return element;
};

/** Says something to whoever looks or listens; goes by itself. */
export const note = (text: string, tone: 'good' | 'part' | 'bad' = 'good'): void => {
  const line = h('p', { class: `note ${tone}` }, text);
  document.getElementById('notes')?.append(line);
  setTimeout(() => line.remove(), noteMs);
};
const noteMs = 6_000;

/** Runs at a steady pace while the view is open and the tab is looked at, never twice at once. */
export const everyWhileSeen = (ms: number, signal: AbortSignal, run: () => Promise<unknown>): void => {
  let timer: number;
  const turn = async (): Promise<void> => {
    if (!document.hidden) await run().catch(() => undefined);
    if (!signal.aborted) timer = window.setTimeout(turn, ms);
  };
  timer = window.setTimeout(turn, ms);
  signal.addEventListener('abort', () => window.clearTimeout(timer));
};
