import { sha256 } from '../sealing/key-ring';
import { sanitisedPng } from './png-logo';
import { sanitisedSvg } from './svg-logo';

export const logoMaxBytes = 100 * 1_024;
const dataUri = /^data:(image\/png|image\/svg\+xml)(?:;charset=utf-8)?(;base64)?,(.*)$/is;

/**
 * Called with the logo that an issuer is given: as a data URI with nothing in it but a drawing. Undefined: it is neither a
 * PNG nor an SVG, or too large.
 */
export const sanitisedLogo = (given: string): string | undefined => {
  const [, type = '', isBase64, content = ''] = dataUri.exec(given) ?? [];
  const bytes = bytesOf(content, isBase64 !== undefined);
  if (!bytes || bytes.length === 0 || bytes.length > logoMaxBytes) return undefined;
  const isPng = type.toLowerCase() === 'image/png';
  const drawing = isPng ? sanitisedPng(bytes) : sanitisedSvg(bytes.toString('utf8'));
  return drawing && `data:${type.toLowerCase()};base64,${Buffer.from(drawing).toString('base64')}`;
};

const bytesOf = (content: string, isBase64: boolean): Buffer | undefined => {
  if (isBase64) return /^[A-Za-z0-9+/]*={0,2}$/.test(content) ? Buffer.from(content, 'base64') : undefined;
  try {
    return Buffer.from(decodeURIComponent(content), 'utf8');
  } catch {
    return undefined;
  }
};

/** For mails, whose readers draw no SVG. */
export const pngOf = (logo: string | undefined): Buffer | undefined => {
  const prefix = 'data:image/png;base64,';
  return logo?.startsWith(prefix) ? Buffer.from(logo.slice(prefix.length), 'base64') : undefined;
};

/** As its issuer gave it: a logo that somebody else put in its place is not shown. */
export const ownLogo = (
  branding: { readonly logoHash?: string } | undefined,
  logo: string | undefined,
): string | undefined => (logo !== undefined && sha256(logo) === branding?.logoHash ? logo : undefined);
