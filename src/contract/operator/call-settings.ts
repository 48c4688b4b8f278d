import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
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
    if (names.length > headersMax) add(`must be at most ${headersMax}`);
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

const certificateBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const certificatesMax = 20;

const areCertificates = (pem: string, { min = 1 } = {}): boolean => {
  const blocks = pem.match(certificateBlock) ?? [];
  if (blocks.length < min || blocks.length > certificatesMax || pem.replace(certificateBlock, '').trim() !== '')
    return false;
  try {
    return blocks.every((block) => new X509Certificate(block).raw.length > 0);
  } catch {
    return false;
  }
};

/** What is read without complaint may still be too weak for a connection. */
const isTakenByTls = (cert: string, key: string): boolean => {
  try {
    return createSecureContext({ cert, key }) !== undefined;
  } catch {
    return false;
  }
};

const keyMaxChars = 16_384;
/** Each connection signs with it, while the process does nothing else: 16,384 bits take a third of a second. */
const rsaMaxBits = 4_096;
const chainMaxChars = 32_768;

/** With which the platform shows the server of an issuer who it is; null for none. */
export const callCertificate = z
  .strictObject({
    certificate: z
      .string()
      .max(chainMaxChars, { abort: true })
      .refine((pem) => areCertificates(pem), {
        error: 'must be certificates in PEM, its own first',
      }),
    key: z.string().min(1).max(keyMaxChars).meta({ description: 'PEM, without a passphrase' }),
  })
  .superRefine(({ certificate, key }, context) => {
    const add = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (!areCertificates(certificate)) return;
    const own = new X509Certificate(certificate);
    try {
      const read = createPrivateKey(key);
      if (!own.checkPrivateKey(read)) add(['key'], 'must be the key of the first certificate');
      if ((read.asymmetricKeyDetails?.modulusLength ?? 0) > rsaMaxBits)
        add(['key'], `must have at most ${rsaMaxBits} bits`);
    } catch {
      add(['key'], 'must be a private key in PEM, without a passphrase');
    }
    if (!(Date.parse(own.validTo) > Date.now())) add(['certificate'], 'has ended');
    if (!isTakenByTls(certificate, key))
      add([], 'is not taken by TLS: a key of it may be too short, or a hash too weak');
  })
  .nullable()
  .meta({ writeOnly: true, description: 'Shown to the server of its callback (mTLS); kept sealed, never given back' });

/** How the server of an issuer is called, and how many orders it may place. */
export const callSettings = {
  callTimeoutSeconds: integer(1, 30).meta({ description: 'Of one callback; 8 unless it is set' }),
  callHeaders,
  callCa: z
    .string()
    .max(65_536, { abort: true })
    .refine((pem) => areCertificates(pem, { min: 0 }), {
      error: `must be at most ${certificatesMax} certificates in PEM`,
    })
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
