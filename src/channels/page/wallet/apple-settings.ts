import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { fitCertificates } from '../../../given-keys/certificates';
import { fitPrivateKey } from '../../../given-keys/private-key';

export interface AppleWalletSettings {
  readonly passTypeId: string;
  readonly teamId: string;
  /** PEM of the certificate for passes, of its key, and of Apple's own that signed it (WWDR). */
  readonly certificate: string;
  readonly privateKey: string;
  readonly wwdr: string;
}

const pem = (what: string, read: (text: string) => string) =>
  z.string().transform((text, context) => {
    try {
      return read(Buffer.from(text, 'base64').toString());
    } catch {
      context.addIssue({ code: 'custom', message: `must be the base64 of ${what} in PEM` });
      return z.NEVER;
    }
  });

interface Subject {
  readonly UID?: string;
  readonly OU?: string;
}

/** Apple writes them into the certificate, so that they are no settings of their own. */
const idsIn = (certificate: string): { readonly passTypeId: string; readonly teamId: string } => {
  const { UID: passTypeId, OU: teamId } = new X509Certificate(certificate).toLegacyObject()
    .subject as unknown as Subject;
  if (!passTypeId || !teamId) throw new RangeError('it is for no passes');
  return { passTypeId, teamId };
};

const rsaKey = (text: string): string => {
  const key = fitPrivateKey(text);
  if (createPrivateKey(key).asymmetricKeyType !== 'rsa') throw new RangeError('another kind of key');
  return key;
};

const oneCertificate = (text: string): string => {
  const [certificate = ''] = fitCertificates(text);
  new X509Certificate(certificate);
  return certificate;
};

const passCertificate = (text: string): string => {
  const certificate = oneCertificate(text);
  idsIn(certificate);
  return certificate;
};

export const appleWalletEnvironment = {
  APPLE_WALLET_CERTIFICATE: pem('a certificate for passes', passCertificate).optional(),
  APPLE_WALLET_KEY: pem('the RSA key of that certificate, without a passphrase,', rsaKey).optional(),
  APPLE_WALLET_WWDR: pem('Apple’s WWDR certificate', oneCertificate).optional(),
};

export const appleWalletSettingsTogether = [
  ['Apple Wallet', ['APPLE_WALLET_CERTIFICATE', 'APPLE_WALLET_KEY', 'APPLE_WALLET_WWDR']],
] as const;

const environment = z.object(appleWalletEnvironment);

/** Asked of all settings together: Wallet would take no pass that another key signed. */
export const appleWalletKeyFits = (given: z.output<typeof environment>, context: z.RefinementCtx): void => {
  const { APPLE_WALLET_CERTIFICATE: certificate, APPLE_WALLET_KEY: key } = given;
  if (certificate === undefined || key === undefined) return;
  if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) return;
  context.addIssue({ code: 'custom', path: ['APPLE_WALLET_KEY'], message: 'is not that of the certificate' });
};

export const readAppleWalletSettings = ({
  APPLE_WALLET_CERTIFICATE: certificate,
  APPLE_WALLET_KEY: privateKey,
  APPLE_WALLET_WWDR: wwdr,
}: z.output<typeof environment>): AppleWalletSettings | undefined =>
  certificate === undefined || privateKey === undefined || wwdr === undefined
    ? undefined
    : { ...idsIn(certificate), certificate, privateKey, wwdr };
