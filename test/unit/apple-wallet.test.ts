import { pageWords } from '../../src/channels/page/translations';
import { applePass } from '../../src/channels/page/wallet/apple-pass';
import { readAppleWalletSettings } from '../../src/channels/page/wallet/apple-settings';
import { readConfig } from '../../src/config';
import { appleCertificates } from '../support/apple-certificates';
import { readPass } from '../support/pkpass';

const given = appleCertificates();
const other = appleCertificates();
const settings = readAppleWalletSettings({
  APPLE_WALLET_CERTIFICATE: given.certificate,
  APPLE_WALLET_KEY: given.privateKey,
  APPLE_WALLET_WWDR: given.wwdr,
});
if (!settings) throw new Error('it is configured');
const code = { itemId: 'a', value: 'CODE-1', format: 'qr' as const };
const pass = {
  id: 'a-1',
  orderNo: 'W-1',
  sellerName: 'Bean & Bar',
  productName: 'Coffee',
  contacts: [],
  isUsedUp: false,
  code,
};
const made = (changes: object, lang = 'en') =>
  readPass(applePass(settings, { ...pass, ...changes }, pageWords(lang)), given.certificate);

test('a pass is signed by the operator’s certificate, which also says whose it is', () => {
  const { signer, files, pass: read } = made({});
  expect(signer).toContain('pass.example.codes');
  expect(files).toEqual(['icon.png', 'icon@2x.png', 'icon@3x.png', 'pass.json']);
  expect(read).toMatchObject({
    formatVersion: 1,
    passTypeIdentifier: 'pass.example.codes',
    teamIdentifier: 'TEAM123456',
    serialNumber: 'a-1',
    organizationName: 'Bean & Bar',
    description: 'Coffee',
    barcodes: [{ format: 'PKBarcodeFormatQR', message: 'CODE-1', altText: 'CODE-1' }],
    generic: { primaryFields: [{ value: 'Coffee' }] },
  });
  expect(read).not.toHaveProperty('voided');
  expect(read).not.toHaveProperty('webServiceURL');
  expect(() => readPass(applePass(settings, pass, pageWords('en')), other.certificate)).toThrow('not in the signature');
});

test.each([
  ['url', 'PKBarcodeFormatQR', 'iso-8859-1'],
  ['aztec', 'PKBarcodeFormatAztec', 'iso-8859-1'],
  ['pdf417', 'PKBarcodeFormatPDF417', 'iso-8859-1'],
  ['code128', 'PKBarcodeFormatCode128', 'iso-8859-1'],
  ['qr', 'PKBarcodeFormatQR', 'utf-8'],
] as const)('a code of the format %s is drawn as %s in %s', (format, drawn, encoding) => {
  const value = encoding === 'utf-8' ? '咖啡-1' : 'CAFÉ-1';
  expect(made({ code: { ...code, format, value } }).pass.barcodes).toEqual([
    { format: drawn, message: value, altText: value, messageEncoding: encoding },
  ]);
});

test.each(['text', 'ean13', 'itf', 'gs1-128', 'datamatrix', 'code39'] as const)(
  'a code of the format %s, which not every Wallet draws, is written',
  (format) => {
    const { pass: read } = made({ code: { ...code, format } });
    expect(read).not.toHaveProperty('barcodes');
    expect(read.generic.secondaryFields).toEqual([{ key: 'code', label: 'Your code', value: 'CODE-1' }]);
  },
);

test('it has the issuer’s look, its times and words in the reader’s language, and the PIN on its back', () => {
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const dated = { ...code, secret: '4711', startsAt: '2026-01-01T00:00:00Z', expiresAt: '2126-01-01T00:00:00Z' };
  const { pass: read, files } = made(
    {
      code: dated,
      color: '#7a0c2e',
      logo: `data:image/png;base64,${dot}`,
      instructions: 'Show it.',
      contacts: ['help@bean.example'],
      isUsedUp: true,
    },
    'zh',
  );
  expect(files).toContain('logo.png');
  expect(read).toMatchObject({
    backgroundColor: 'rgb(122, 12, 46)',
    foregroundColor: 'rgb(255, 255, 255)',
    voided: true,
  });
  expect(new Date(read.expirationDate).toISOString()).toBe('2126-01-01T00:00:00.000Z');
  expect(read.generic.auxiliaryFields.map(({ value }: { value: string }) => value)).toEqual([
    dated.startsAt,
    dated.expiresAt,
  ]);
  expect(read.generic.backFields).toEqual([
    { key: 'pin', label: pageWords('zh').code.pin, value: '4711' },
    { key: 'redeem', label: '使用方法', value: 'Show it.' },
    { key: 'questions', label: '联系卖家', value: 'help@bean.example' },
    { key: 'order', label: '订单', value: 'W-1' },
  ]);
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const needed = {
  OPERATOR_TOKEN: 'operator-token-of-the-tests',
  MASTER_KEY: base64('k'.repeat(32)),
  APPLE_WALLET_CERTIFICATE: base64(given.certificate),
  APPLE_WALLET_KEY: base64(given.privateKey),
  APPLE_WALLET_WWDR: base64(given.wwdr),
};

test('the settings are read from base64, as one line each', () => {
  const unix = (pem: string): string => pem.replaceAll('\r', '');
  const { certificate, privateKey, wwdr, ...ids } = settings;
  expect(readConfig(needed).channels.appleWallet).toEqual({
    ...ids,
    certificate: unix(certificate),
    privateKey: unix(privateKey),
    wwdr: unix(wwdr),
  });
});

test.each([
  ['APPLE_WALLET_CERTIFICATE', needed.APPLE_WALLET_WWDR],
  ['APPLE_WALLET_CERTIFICATE', 'SECRET'],
  ['APPLE_WALLET_KEY', needed.APPLE_WALLET_CERTIFICATE],
  ['APPLE_WALLET_KEY', base64(other.privateKey)],
  ['APPLE_WALLET_WWDR', 'SECRET'],
  ['APPLE_WALLET_WWDR', ''],
])('a wrong %s is told by its name, and not shown', (name, value) => {
  const config = () => readConfig({ ...needed, [name]: value });
  expect(config).toThrow(name);
  expect(config).not.toThrow(/SECRET|BEGIN/);
});
