import { forgetMade } from './forget-made';
import { startIssuer, startSandboxIssuer, type TestIssuer } from './issuer';
import { startMailServer, type TestMailServer } from './mail-server';
import { type Platform, type PlatformOptions, startPlatform } from './platform';

/** One platform for a test file, and issuers that end with it. */
export interface PlatformOfFile {
  readonly platform: Platform;
  /** Takes its mails, where the file asked for one. */
  readonly mails: TestMailServer;
  issuer(settings?: Record<string, unknown>): Promise<TestIssuer>;
  /** Made without an operator; however many a file makes, its address is not refused for it. */
  sandboxIssuer(changes?: Record<string, unknown>, isPatient?: boolean): Promise<TestIssuer>;
}

/** Called at the top of a test file. Tests that wait for retries run beside each other on the one platform. */
export const platformOfFile = (options: PlatformOptions & { readonly hasMails?: boolean } = {}): PlatformOfFile => {
  let platform: Platform | undefined;
  let mails: TestMailServer | undefined;
  const issuers: TestIssuer[] = [];
  const started = (): Platform => {
    if (!platform) throw new Error('the platform starts before the first test');
    return platform;
  };
  beforeAll(async () => {
    if (options.hasMails) mails = await startMailServer();
    const email = mails && { server: mails.as('off'), from: 'codes@shop.example' };
    platform = await startPlatform(email ? { ...options, channels: { email, ...options.channels } } : options);
  });
  afterAll(async () => {
    await Promise.all(issuers.map((issuer) => issuer.stop()));
    await platform?.stop();
    await mails?.stop();
  });
  const kept = async (starting: Promise<TestIssuer>): Promise<TestIssuer> => {
    const issuer = await starting;
    issuers.push(issuer);
    return issuer;
  };
  return {
    get platform() {
      return started();
    },
    get mails() {
      if (!mails) throw new Error('no mail server was asked for, or no test runs yet');
      return mails;
    },
    issuer: (settings) => kept(startIssuer(started(), settings)),
    sandboxIssuer: async (changes, isPatient) => {
      await forgetMade(started());
      return kept(startSandboxIssuer(started(), changes, isPatient));
    },
  };
};
