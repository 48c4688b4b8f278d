import { createSign } from 'node:crypto';
import type { CodeFormat } from '../../../domain/code-formats';
import type { PageWords } from '../translations';
import type { GoogleWalletSettings } from './google-settings';
import { usualPassColor, type WalletPass } from './wallet-pass';

const saveAddress = 'https://pay.google.com/gp/v/save/';

/** Those that Google draws; a code of another form is shown as text. */
const barcodeTypes: Partial<Record<CodeFormat, string>> = {
  url: 'QR_CODE',
  qr: 'QR_CODE',
  aztec: 'AZTEC',
  pdf417: 'PDF_417',
  code128: 'CODE_128',
  code39: 'CODE_39',
  ean13: 'EAN_13',
  ean8: 'EAN_8',
  upca: 'UPC_A',
};

const base64Url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Where a buyer saves one code in Google Wallet: the pass is in the address, signed (RS256) by the service account. */
export const googleWalletLink = (
  settings: GoogleWalletSettings,
  pass: WalletPass,
  { lang }: Pick<PageWords, 'lang'>,
  nowMs: number,
): string => {
  const { issuerId, account, privateKey } = settings;
  const { id, sellerName, productName, code } = pass;
  const inWords = (value: string) => ({ defaultValue: { language: lang, value } });
  const classId = `${issuerId}.codeferry`;
  const interval = {
    ...(code.startsAt === undefined ? {} : { start: { date: code.startsAt } }),
    ...(code.expiresAt === undefined ? {} : { end: { date: code.expiresAt } }),
  };
  const object = {
    id: `${issuerId}.${id}`,
    classId,
    state: pass.isUsedUp ? 'COMPLETED' : 'ACTIVE',
    cardTitle: inWords(sellerName),
    header: inWords(productName),
    hexBackgroundColor: pass.color ?? usualPassColor,
    barcode: { type: barcodeTypes[code.format] ?? 'TEXT_ONLY', value: code.value, alternateText: code.value },
    ...(code.secret === undefined ? {} : { textModulesData: [{ id: 'pin', header: 'PIN', body: code.secret }] }),
    ...(Object.keys(interval).length === 0 ? {} : { validTimeInterval: interval }),
  };
  const claims = {
    iss: account,
    aud: 'google',
    typ: 'savetowallet',
    iat: Math.floor(nowMs / 1_000),
    origins: [],
    payload: { genericClasses: [{ id: classId }], genericObjects: [object] },
  };
  const signed = `${base64Url({ alg: 'RS256', typ: 'JWT' })}.${base64Url(claims)}`;
  return `${saveAddress}${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
};
