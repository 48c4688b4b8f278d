import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { certificatesMaxChars, fitCertificates } from '../../given-keys/certificates';
import { fitPrivateKey, privateKeyMaxChars } from '../../given-keys/private-key';
import { UnfitKey } from '../../given-keys/unfit-key';
import { anyObject, instant, integer } from '../fields';

const headersMax = 20;
const namePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const valuePattern = /^[\x21-\x7e]([\x20-\x7e]{0,1022}[\x21-\x7e])?$/;
/** What the platform writes itself, what signs, and what belongs to one connection alone. */
const takenNames =
  /^(host|content-.*|accept-encoding|user-agent|expect|webhook-.*|codeferry-.*|traceparent|tracestate|baggage|connection|keep-alive|proxy-.*|te|trailers?|transfer-encoding|upgrade)$/i;

/** Header names and values that go with every callback of an issuer. */
const callHeaders = anyObject
  .superRefine((headers, context) => {
    const names = Object.keys(headers);
    const add = (message: string, path: string[] = []) => context.addIssue({ code: 'custom', path, message });
    if (names.length > headersMax) return add(`must be at most ${headersMax}`);
    if (new Set(names.map((name) => name.toLowerCase())).size < names.length) add('must name each header once');
    for (const name of names) {
      const value = headers[name];
      if (!namePattern.test(name)) add('is no name of a header', [name]);
      else if (takenNames.test(name)) add('is a header of the platform or of a connection', [name]);
      else if (typeof value !== 'string' || !valuePattern.test(value))
        add('must be 1 to 1024 of printable ASCII', [name]);
    }
  })
  .transform((headers) => headers as Readonly<Record<string, string>>)
  .meta({
    type: 'object',
    additionalProperties: { type: 'string' },
    writeOnly: true,
    description: 'Sent with every callback; kept sealed, and only their names are given back',
  });

/** A crypto library gets what was looked at before, and nothing else of the text. No transform: that would hide examples. */
const read =
  (look: (pem: string) => string, otherwise: string) =>
  (given: z.core.ParsePayload<string>): void => {
    try {
      given.value = look(given.value);
    } catch (error) {
      const message = error instanceof UnfitKey ? error.message : otherwise;
      given.issues.push({ code: 'custom', input: given.value, message, continue: false });
    }
  };

const certificatesIn = (pem: string, min: number): string => {
  const fit = fitCertificates(pem, { min });
  for (const one of fit) new X509Certificate(one);
  return fit.join('');
};

/** What is read without complaint may still be too weak for a connection. */
const isTakenByTls = (cert: string, key: string): boolean => {
  try {
    return createSecureContext({ cert, key }) !== undefined;
  } catch {
    return false;
  }
};

const isKeyOf = (own: X509Certificate, key: string): boolean => {
  try {
    return own.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
};

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

const flawOf = ({ certificate, key }: Pair): { path: string[]; message: string } | undefined => {
  const own = new X509Certificate(certificate);
  if (!isKeyOf(own, key)) return { path: ['key'], message: 'must be the key of the first certificate' };
  if (!(Date.parse(own.validTo) > Date.now())) return { path: ['certificate'], message: 'has ended' };
  if (!isTakenByTls(certificate, key))
    return { path: [], message: 'is not taken by TLS: a key of it may be too short, or a hash too weak' };
  return undefined;
};

const chainMaxChars = 32_768;

/** With which the platform shows the server of an issuer who it is; null for none. */
export const callCertificate = z
  .strictObject({
    certificate: z
      .string()
      .max(chainMaxChars, { abort: true })
      .check(read((pem) => certificatesIn(pem, 1), 'must be certificates in PEM, its own first')),
    key: z
      .string()
      .min(1, { abort: true })
      .max(privateKeyMaxChars, { abort: true })
      .check(read((pem) => fitPrivateKey(pem), 'must be a private key in PEM'))
      .meta({
        description: 'RSA of 2048 to 4096 bits, P-256, P-384, P-521 or Ed25519, in PEM, without a passphrase',
      }),
  })
  .superRefine((pair, context) => {
    const flaw = flawOf(pair);
    if (flaw) context.addIssue({ code: 'custom', ...flaw });
  })
  .nullable()
  .meta({ writeOnly: true, description: 'Shown to the server of its callback (mTLS); kept sealed, never given back' });

/** How the server of an issuer is called, and how many orders it may place. */
export const callSettings = {
  callTimeoutSeconds: integer(1, 30).meta({ description: 'Of one callback; 8 unless it is set' }),
  callHeaders,
  callCa: z
    .string()
    .max(certificatesMaxChars, { abort: true })
    .check(read((pem) => certificatesIn(pem, 0), 'must be certificates in PEM'))
    .meta({ description: 'Authorities trusted for its callbacks besides the public ones; empty for none' }),
  callCertificate,
  ordersPerSecond: integer(1, 10_000).meta({ description: 'New orders that one api process takes' }),
};

/** As they are given back. */
export const shownCallSettings = {
  callTimeoutSeconds: callSettings.callTimeoutSeconds.optional(),
  callHeaders: z.array(z.string()).optional().meta({ description: 'Their names' }),
  callCa: z.string().optional(),
  callCertificate: z
    .strictObject({ subject: z.string(), fingerprint: z.string(), endsAt: instant })
    .optional()
    .meta({ description: 'What is shown of it; the fingerprint is SHA-256' }),
  ordersPerSecond: callSettings.ordersPerSecond.optional(),
};
