import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { googleWalletLink } from '../../src/channels/page/wallet/google-link';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const settings = {
  issuerId: '3388',
  account: 'codes@project.example',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const pass = {
  id: 'a-1',
  orderNo: 'W-1',
  sellerName: 'Bean Bar',
  productName: 'Coffee',
  contacts: [],
  isUsedUp: false,
};

test.each([
  ['qr', 'QR_CODE'],
  ['url', 'QR_CODE'],
  ['code128', 'CODE_128'],
  ['text', 'TEXT_ONLY'],
  ['gs1-128', 'TEXT_ONLY'],
] as const)('a code of the format %s is saved as %s, signed for Google', async (format, type) => {
  const code = {
    itemId: 'a',
    value: 'https://bean.example/é',
    secret: '4711',
    format,
    expiresAt: '2126-01-01T00:00:00Z',
  };
  const link = new URL(
    googleWalletLink(settings, { ...pass, color: '#ff0000', code }, { lang: 'en' }, 1_700_000_000_000),
  );
  expect(link.href.slice(0, link.href.lastIndexOf('/'))).toBe('https://pay.google.com/gp/v/save');
  const jwt = link.pathname.split('/').at(-1) ?? '';
  const { payload } = await jwtVerify(jwt, publicKey, { audience: 'google', issuer: settings.account });
  expect(payload).toMatchObject({
    typ: 'savetowallet',
    iat: 1_700_000_000,
    payload: {
      genericClasses: [{ id: '3388.codeferry' }],
      genericObjects: [
        {
          id: '3388.a-1',
          classId: '3388.codeferry',
          hexBackgroundColor: '#ff0000',
          barcode: { type, value: code.value },
          textModulesData: [{ body: '4711' }],
          validTimeInterval: { end: { date: code.expiresAt } },
        },
      ],
    },
  });
});
