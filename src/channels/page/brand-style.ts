import { type Palette, paletteOf } from '../../branding/palette';

const variables = ({ accent, accentStrong, onAccent, accentTint }: Palette): string =>
  `--accent:${accent};--accent-strong:${accentStrong};--on-accent:${onAccent};--accent-tint:${accentTint}`;

const brandStylePath = '/assets/brand.css';

/** A sheet of its own, as the page takes no style from within itself: paper and who asks for more contrast keep ours. */
export const brandStyleHref = (color: string): string => `${brandStylePath}?color=${color.slice(1).toLowerCase()}`;

/** Undefined: that is no colour. */
export const brandStyle = (color: unknown): string | undefined => {
  if (typeof color !== 'string' || !/^[0-9a-f]{6}$/.test(color)) return undefined;
  const [light, dark] = [paletteOf(`#${color}`, 'light'), paletteOf(`#${color}`, 'dark')].map(variables);
  return `@media screen{:root{${light}}}\n@media screen and (prefers-color-scheme:dark){:root{${dark}}}\n`;
};
