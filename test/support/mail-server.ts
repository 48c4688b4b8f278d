import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { MailServer } from '../../src/mail/mail-server';
import { until } from './until';

export interface TestMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/** Made for the tests alone: signs itself, for 127.0.0.1, until 2119. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDpF7LnumnssftLk5
ZuTmDPSuI2FQ5Y+Crs9oayq8AaWhRANCAARy2stiDc7MzxFwaOUyqL5022XGeMsA
XekQURQ9SIlMWpQu9G1KuRsVtiTkMBHAZ+9515b/PLfWeeC9pi78nFra
-----END PRIVATE KEY-----
`;
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUSfjrAUKrMjcAU4umRvSMk+PikO4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbWFpbC50ZXN0MCAXDTI2MTEyNDE0MDE1MloYDzIxMTkxMjI3
MTQwMTUyWjAUMRIwEAYDVQQDDAltYWlsLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARy2stiDc7MzxFwaOUyqL5022XGeMsAXekQURQ9SIlMWpQu9G1KuRsV
tiTkMBHAZ+9515b/PLfWeeC9pi78nFrao2QwYjAdBgNVHQ4EFgQUDCZt068Mmon8
K5ciwmSiJ/JU8fEwHwYDVR0jBBgwFoAUDCZt068Mmon8K5ciwmSiJ/JU8fEwDwYD
VR0RBAgwBocEfwAAATAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQC
IHxaSm6C/Ui6fISwt5jind4haw7oHfv6OUtsxQgrj4msAiBrWepFuNB1cgDoakmT
fDHvYsSU54IcJQXUcztQ92Zmzw==
-----END CERTIFICATE-----
`;

/** A real SMTP server: it keeps what it takes, and counts who spoke to it. */
export interface TestMailServer {
  readonly taken: readonly TestMail[];
  readonly logins: readonly string[];
  tries(): number;
  /** From now on each mail gets this answer; undefined: it is taken. */
  refuseWith(status: number | undefined): void;
  /** The n-th mail to this address gets this answer at its recipient; undefined: it is taken. */
  answerTo(address: string, statusOf: (n: number) => number | undefined): void;
  mailTo(address: string, n?: number): Promise<TestMail>;
  triesOf(address: string): number;
  as(security: MailServer['security'], login?: MailServer['login']): MailServer;
  stop(): Promise<void>;
}

export const startMailServer = async ({ secure = false, offersTls = true } = {}): Promise<TestMailServer> => {
  const taken: TestMail[] = [];
  const logins: string[] = [];
  let tries = 0;
  let status: number | undefined;
  const answers = new Map<string, (n: number) => number | undefined>();
  const triesByAddress = new Map<string, number>();
  const server = new SMTPServer({
    secure,
    disabledCommands: offersTls ? [] : ['STARTTLS'],
    key,
    cert: certificate,
    authOptional: true,
    onMailFrom: (_address, _session, done) => {
      tries += 1;
      done(status === undefined ? null : Object.assign(new Error('not now'), { responseCode: status }));
    },
    onRcptTo: ({ address }, _session, done) => {
      const n = (triesByAddress.get(address) ?? 0) + 1;
      triesByAddress.set(address, n);
      const answer = answers.get(address)?.(n);
      done(answer === undefined ? null : Object.assign(new Error(`not for ${address}`), { responseCode: answer }));
    },
    onAuth: ({ username, password }, _session, done) => {
      logins.push(`${username} ${password}`);
      done(null, { user: username });
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        taken.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  // A client that does not trust the certificate ends the connection.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    taken,
    logins,
    tries: () => tries,
    refuseWith: (next) => {
      status = next;
    },
    answerTo: (address, statusOf) => {
      answers.set(address, statusOf);
    },
    mailTo: (address, n = 1) =>
      until(`mail ${n} to ${address}`, () => taken.filter(({ to }) => to.includes(address))[n - 1]),
    triesOf: (address) => triesByAddress.get(address) ?? 0,
    as: (security, login) => ({ host: '127.0.0.1', port, security, ...(login ? { login } : {}) }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
