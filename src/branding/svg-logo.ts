// Without `use` and patterns: nested, they cost a browser more than all else together.
const shapes = 'svg g defs path rect circle ellipse line polyline polygon text tspan title desc';
const paints = 'linearGradient radialGradient stop clipPath mask';
const elements = new Set(`${shapes} ${paints}`.split(' '));

const geometry =
  'id d x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height points viewBox preserveAspectRatio transform version xmlns';
const look =
  'class style fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity opacity color display visibility clip-path clip-rule mask offset stop-color stop-opacity gradientUnits gradientTransform spreadMethod clipPathUnits maskUnits font-family font-size font-weight font-style text-anchor letter-spacing';
const attributes = new Set(`${geometry} ${look} href xlink:href`.split(' '));
const svgNamespace = 'http://www.w3.org/2000/svg';

const piece =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*>|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)([A-Za-z][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;
const attribute = /([\w.:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const depthMax = 64;
/** What is drawn once more for each shape that refers to it: within one another they double a browser's work at each level. */
const masks = new Set(['mask', 'clipPath']);
const maskReferences = new Set(['mask', 'clip-path']);
const maskedMax = 32;
/** All others load, filter or repeat. */
const harmlessCall = /(?:^|[^\w-])(?:rgba?|hsla?|matrix|translate[XY]?|scale[XY]?|rotate|skew[XY]|url)\s?$/i;
const callMaxLength = 13;
/** Said in a style it is not looked at closely; a million dashes are a million shapes. */
const costlyStyle = /mask|clip|dash|filter/i;

/** Nothing is loaded from elsewhere, and nothing runs: only what is known to draw is written out again. */
const isHarmless = (name: string, value: string): boolean => {
  if (!attributes.has(name) || /[\\@&]/.test(value)) return false;
  if (name === 'style' && costlyStyle.test(value)) return false;
  if (name === 'xmlns') return value === svgNamespace;
  if (name === 'href' || name === 'xlink:href') return /^#[\w.-]+$/.test(value);
  if (/script:|expression|data:/i.test(value)) return false;
  const called = value.split('(').slice(0, -1);
  if (called.some((before) => !harmlessCall.test(before.slice(-callMaxLength)))) return false;
  return !/url\s*\(/i.test(value.replace(/url\(\s*#[\w.-]+\s*\)/gi, ''));
};

const attributesOf = (text: string, mayBeMasked: () => boolean): string =>
  [...text.matchAll(attribute)]
    .map(([, name = '', double, single]) => ({ name, value: double ?? single ?? '' }))
    .filter(({ name, value }) => isHarmless(name, value) && (!maskReferences.has(name) || mayBeMasked()))
    .map(({ name, value }) => ` ${name === 'xlink:href' ? 'href' : name}="${value.replaceAll('"', '&quot;')}"`)
    .join('');

const asText = (text: string): string =>
  text.replace(/&(?!(?:amp|lt|gt|quot|apos|#\d{1,6}|#x[\da-f]{1,5});)/gi, '&amp;').replaceAll('>', '&gt;');

/** The drawing without scripts, styles, links and whatever else is not known here. Undefined: it is none. */
export const sanitisedSvg = (svg: string): string | undefined => {
  const open: { readonly name: string; readonly isKept: boolean }[] = [];
  let written = '';
  let roots = 0;
  let masked = 0;
  piece.lastIndex = svg.startsWith('\ufeff') ? 1 : 0;
  while (piece.lastIndex < svg.length) {
    const found = piece.exec(svg);
    if (!found) return undefined;
    const [whole, closes, name, given = '', isEmpty] = found;
    const isKept = open.at(-1)?.isKept ?? true;
    if (name === undefined) {
      if (isKept && open.length > 0 && !whole.startsWith('<')) written += asText(whole);
      else if (open.length === 0 && !whole.startsWith('<') && whole.trim() !== '') return undefined;
      continue;
    }
    if (closes) {
      const last = open.pop();
      if (last?.name !== name) return undefined;
      if (last.isKept) written += `</${name}>`;
      continue;
    }
    if (open.length === 0) {
      roots += 1;
      if (roots > 1 || name !== 'svg') return undefined;
    }
    const isWritten = isKept && elements.has(name);
    if (isWritten) {
      const isInMask = masks.has(name) || open.some((one) => masks.has(one.name));
      const mayBeMasked = (): boolean => {
        if (isInMask) return false;
        masked += 1;
        return masked <= maskedMax;
      };
      const own = attributesOf(given, mayBeMasked).replace(/ xmlns="[^"]*"/, '');
      written += `<${name}${open.length === 0 ? ` xmlns="${svgNamespace}"` : ''}${own}${isEmpty ? '/' : ''}>`;
    }
    if (!isEmpty) open.push({ name, isKept: isWritten });
    if (open.length > depthMax) return undefined;
  }
  return roots === 1 && open.length === 0 ? written : undefined;
};
