type Rgb = readonly [number, number, number];

/** Of the page's style sheet, the brightest and the darkest that text in the colour stands on. */
const grounds = { light: ['#ffffff', '#eef2f3'], dark: ['#172125', '#0d1417'] } as const;
const onAccent = { light: '#ffffff', dark: '#0b1214' } as const;
/** WCAG AA for text is 4.5: a little more, as colours are rounded. */
const contrastMin = 4.6;
const steps = 200;

/** Of `#rrggbb`. */
export const rgbOf = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

const hexOf = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

const mixed = (from: Rgb, to: Rgb, share: number): Rgb =>
  from.map((part, n) => part + ((to[n] ?? 0) - part) * share) as unknown as Rgb;

/** WCAG 2: relative luminance of sRGB. */
const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = rgbOf(hex).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

export const contrast = (a: string, b: string): number => {
  const [darker = 0, brighter = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (brighter + 0.05) / (darker + 0.05);
};

export interface Palette {
  /** Of links, and of buttons' ground. */
  readonly accent: string;
  readonly accentStrong: string;
  readonly onAccent: string;
  readonly accentTint: string;
}

/** The issuer's colour, made darker or brighter until it can be read in both ways round. */
export const paletteOf = (color: string, scheme: 'light' | 'dark'): Palette => {
  const end: Rgb = scheme === 'light' ? [0, 0, 0] : [255, 255, 255];
  const chosen = rgbOf(color);
  const stands = (hex: string): boolean =>
    [...grounds[scheme], onAccent[scheme]].every((other) => contrast(hex, other) >= contrastMin);
  let step = 0;
  while (step < steps && !stands(hexOf(mixed(chosen, end, step / steps)))) step += 1;
  const accent = mixed(chosen, end, step / steps);
  return {
    accent: hexOf(accent),
    accentStrong: hexOf(mixed(accent, end, 0.25)),
    onAccent: onAccent[scheme],
    accentTint: hexOf(mixed(rgbOf(grounds[scheme][0]), accent, 0.08)),
  };
};
