import { PKPass } from 'passkit-generator';
import { pngOf } from '../../../branding/logo';
import { paletteOf, rgbOf } from '../../../branding/palette';
import type { CodeFormat } from '../../../domain/code-formats';
import type { PageWords } from '../translations';
import type { AppleWalletSettings } from './apple-settings';
import { plainPng } from './plain-png';
import { usualPassColor, type WalletPass } from './wallet-pass';

/** Those that every Wallet draws; a code of another form is shown as text. */
const barcodeFormats = {
  url: 'PKBarcodeFormatQR',
  qr: 'PKBarcodeFormatQR',
  aztec: 'PKBarcodeFormatAztec',
  pdf417: 'PKBarcodeFormatPDF417',
  code128: 'PKBarcodeFormatCode128',
} as const satisfies Partial<Record<CodeFormat, string>>;

const formatOf = (format: CodeFormat) =>
  Object.hasOwn(barcodeFormats, format) ? barcodeFormats[format as keyof typeof barcodeFormats] : undefined;

/** Longer ones are not typed by hand, and would push the picture off the pass. */
const writtenMax = 40;

const isLatin1 = (text: string): boolean => /^[\0-\xff]*$/.test(text);

/** `rgb(r, g, b)`, as Apple writes colours. */
const rgb = (hex: string): string => `rgb(${rgbOf(hex).join(', ')})`;

/** The `.pkpass` file of one code. Its manifest is signed by the operator's certificate, which Wallet checks. */
export const applePass = (settings: AppleWalletSettings, pass: WalletPass, words: PageWords): Buffer => {
  try {
    return drawn(settings, pass, words).getAsBuffer();
  } catch {
    // What the library complains of may have the code in it.
    throw new Error('the pass could not be made');
  }
};

const drawn = (settings: AppleWalletSettings, pass: WalletPass, words: PageWords): PKPass => {
  const { code, sellerName, productName, orderNo, instructions, contacts } = pass;
  const { accent, onAccent } = paletteOf(pass.color ?? usualPassColor, 'light');
  const logo = pngOf(pass.logo);
  const file = new PKPass(
    {
      ...Object.fromEntries([1, 2, 3].map((n) => [`icon${n > 1 ? `@${n}x` : ''}.png`, plainPng(29 * n, accent)])),
      ...(logo ? { 'logo.png': logo, 'logo@2x.png': logo } : {}),
    },
    { wwdr: settings.wwdr, signerCert: settings.certificate, signerKey: settings.privateKey },
    {
      passTypeIdentifier: settings.passTypeId,
      teamIdentifier: settings.teamId,
      serialNumber: pass.id,
      organizationName: sellerName,
      description: productName,
      logoText: sellerName,
      backgroundColor: rgb(accent),
      foregroundColor: rgb(onAccent),
      labelColor: rgb(onAccent),
      ...(pass.isUsedUp ? { voided: true } : {}),
    },
  );
  file.type = 'generic';
  // On its back Wallet makes links of what looks like an address.
  const writeBehind = (key: string, label: string, value: string) =>
    file.backFields.push({ key, label, value, ...(pass.isTest ? { dataDetectorTypes: [] } : {}) });
  file.primaryFields.push({ key: 'product', value: productName });
  const format = formatOf(code.format);
  const isWritten = code.value.length <= writtenMax;
  if (format) {
    file.setBarcodes({
      format,
      message: code.value,
      messageEncoding: isLatin1(code.value) ? 'iso-8859-1' : 'utf-8',
      ...(isWritten ? { altText: code.value } : {}),
    });
  } else if (isWritten) file.secondaryFields.push({ key: 'code', label: words.code.one, value: code.value });
  else writeBehind('code', words.code.one, code.value);
  const time = { dateStyle: 'PKDateStyleMedium', timeStyle: 'PKDateStyleShort' } as const;
  const { startsAt, expiresAt } = code;
  if (startsAt !== undefined)
    file.auxiliaryFields.push({ key: 'from', label: words.code.validFrom, value: startsAt, ...time });
  if (expiresAt !== undefined) {
    file.setExpirationDate(new Date(expiresAt));
    file.auxiliaryFields.push({ key: 'until', label: words.code.validUntil, value: expiresAt, ...time });
  }
  if (code.secret !== undefined) writeBehind('pin', words.code.pin, code.secret);
  if (instructions !== undefined) writeBehind('redeem', words.howToRedeem, instructions);
  if (contacts.length > 0) writeBehind('questions', words.questions, contacts.join('\n'));
  writeBehind('order', words.order, orderNo);
  return file;
};
