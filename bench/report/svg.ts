/** The few shapes that the charts are made of; every text is escaped here. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const n = (value: number): string => String(Math.round(value * 10) / 10);

export const colours = {
  platform: '#2563eb',
  bare: '#f59e0b',
  ink: '#1f2937',
  faint: '#6b7280',
  grid: '#e5e7eb',
  paper: '#ffffff',
} as const;

export const rect = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"/>`;

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string =>
  `<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" stroke="${stroke}" stroke-width="${width}"/>`;

export const polyline = (points: readonly (readonly [number, number])[], stroke: string, dash = ''): string =>
  `<polyline points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ')}" fill="none" stroke="${stroke}" stroke-width="2"${
    dash === '' ? '' : ` stroke-dasharray="${dash}"`
  }/>`;

export const circle = (x: number, y: number, r: number, fill: string): string =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}"/>`;

export const text = (
  x: number,
  y: number,
  words: string,
  {
    anchor = 'start',
    size = 12,
    fill = colours.ink,
    bold = false,
  }: { anchor?: 'start' | 'middle' | 'end'; size?: number; fill?: string; bold?: boolean } = {},
): string =>
  `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}"${
    bold ? ' font-weight="600"' : ''
  }>${escaped(words)}</text>`;

export const picture = (width: number, height: number, title: string, shapes: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"`,
    ` aria-label="${escaped(title)}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif">\n`,
    [rect(0, 0, width, height, colours.paper), text(16, 26, title, { size: 15, bold: true }), ...shapes].join('\n'),
    '\n</svg>\n',
  ].join('');
