import type { KeyObject } from 'node:crypto';
import { signEd25519, signHmac } from '../signing/sign';

export interface SignedHeadersInput {
  /** Stays the same over all tries of one message. */
  readonly id: string;
  readonly nowMs: number;
  readonly body: Buffer | string;
  /** Every live secret of the issuer: during a rotation the receiver may hold either. */
  readonly secrets?: readonly string[];
  /** The platform's own live keys, for deliveries to terminals, which share no secret with it. */
  readonly privateKeys?: readonly KeyObject[];
}

/** Called for each try anew: time and signature are all that may differ between two tries of one message. */
export const signedHeaders = ({ id, nowMs, body, secrets = [], privateKeys = [] }: SignedHeadersInput) => {
  const message = { id, timestampSeconds: Math.floor(nowMs / 1000), body };
  const signatures = [
    ...secrets.map((secret) => signHmac(secret, message)),
    ...privateKeys.map((key) => signEd25519(key, message)),
  ];
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(message.timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
};
