import { z } from 'zod';
import { type EmailSettings, emailEnvironment, emailSettingsTogether, readEmailSettings } from './email/settings';
import {
  type AppleWalletSettings,
  appleWalletEnvironment,
  appleWalletKeyFits,
  appleWalletSettingsTogether,
  readAppleWalletSettings,
} from './page/wallet/apple-settings';
import {
  type GoogleWalletSettings,
  googleWalletEnvironment,
  googleWalletSettingsTogether,
  readGoogleWalletSettings,
} from './page/wallet/google-settings';
import { readSmsSettings, type SmsSettings, smsEnvironment } from './sms/settings';

/** Everything by which channels are configured; a channel whose settings are left out is offered nowhere. */
export interface ChannelSettings {
  readonly email?: EmailSettings | undefined;
  readonly sms?: SmsSettings | undefined;
  /** The page offers its codes for these wallets. */
  readonly appleWallet?: AppleWalletSettings | undefined;
  readonly googleWallet?: GoogleWalletSettings | undefined;
  /** In the addresses at which mail and SMS providers tell what became of a message. */
  readonly receiptSecret?: string | undefined;
}

/** What config.ts reads with the rest of the environment. */
export const channelEnvironment = {
  ...emailEnvironment,
  ...smsEnvironment,
  ...appleWalletEnvironment,
  ...googleWalletEnvironment,
  TERMINAL_RECEIPT_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{16,256}$/, { error: 'must be 16 to 256 characters of A-Z a-z 0-9 . _ ~ -' })
    .optional(),
};

const environment = z.object(channelEnvironment);

/** Settings that are of use together only, and whose they are. */
export const settingsTogether = [
  ...emailSettingsTogether,
  ...appleWalletSettingsTogether,
  ...googleWalletSettingsTogether,
] as const;

/** What settings say of each other beyond that. */
export const channelSettingsFit = appleWalletKeyFits;

export const readChannelSettings = (given: z.output<typeof environment>): ChannelSettings => ({
  email: readEmailSettings(given),
  sms: readSmsSettings(given),
  appleWallet: readAppleWalletSettings(given),
  googleWallet: readGoogleWalletSettings(given),
  receiptSecret: given.TERMINAL_RECEIPT_SECRET,
});
