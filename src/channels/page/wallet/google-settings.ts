import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { fitPrivateKey } from '../../../given-keys/private-key';

export interface GoogleWalletSettings {
  /** The number that Google gave to the operator as an issuer of passes. */
  readonly issuerId: string;
  /** E-mail and PEM of the service account that signs. */
  readonly account: string;
  readonly privateKey: string;
}

const accountFile = z.object({ client_email: z.string().min(3), private_key: z.string() });

/** Base64 of the key file of a service account, as Google hands it out. */
const accountKey = z.string().transform((text, context) => {
  try {
    const { client_email: account, private_key: given } = accountFile.parse(
      JSON.parse(Buffer.from(text, 'base64').toString()),
    );
    const privateKey = fitPrivateKey(given);
    if (createPrivateKey(privateKey).asymmetricKeyType !== 'rsa') throw new Error('another key');
    return { account, privateKey };
  } catch {
    context.addIssue({ code: 'custom', message: 'must be the base64 of the key file of a service account' });
    return z.NEVER;
  }
});

export const googleWalletEnvironment = {
  GOOGLE_WALLET_ISSUER_ID: z
    .string()
    .regex(/^[0-9]{1,30}$/)
    .optional(),
  GOOGLE_WALLET_KEY: accountKey.optional(),
};

export const googleWalletSettingsTogether = [
  ['Google Wallet', ['GOOGLE_WALLET_ISSUER_ID', 'GOOGLE_WALLET_KEY']],
] as const;

const environment = z.object(googleWalletEnvironment);

export const readGoogleWalletSettings = ({
  GOOGLE_WALLET_ISSUER_ID: issuerId,
  GOOGLE_WALLET_KEY: key,
}: z.output<typeof environment>): GoogleWalletSettings | undefined =>
  issuerId === undefined || key === undefined ? undefined : { issuerId, ...key };
