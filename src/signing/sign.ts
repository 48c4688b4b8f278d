import { createHmac, type KeyObject, sign } from 'node:crypto';
import { parseSecret } from './keys';

export interface SignedMessage {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: Buffer | string;
}

/** The bytes that are signed: the raw body, never a body that was parsed and written again. */
export const signedText = ({ id, timestampSeconds, body }: SignedMessage): Buffer =>
  Buffer.concat([Buffer.from(`${id}.${timestampSeconds}.`), typeof body === 'string' ? Buffer.from(body) : body]);

/** Stands for the body of a request that has none, so that a signed GET cannot be used for another target. */
export const bodylessText = (method: string, target: string): string => `${method.toUpperCase()} ${target}`;

/** Whoever has seen a signed body could read all else of its sender by a GET that brings it along. */
export const signsTarget = (method: string, raw: Buffer): boolean =>
  raw.length === 0 || method === 'GET' || method === 'HEAD';

/** Of a text that was put together already, for one secret after the other. */
export const hmacOf = (secret: string, text: Buffer): string =>
  `v1,${createHmac('sha256', parseSecret(secret)).update(text).digest('base64')}`;

export const signHmac = (secret: string, message: SignedMessage): string => hmacOf(secret, signedText(message));

export const signEd25519 = (privateKey: KeyObject, message: SignedMessage): string =>
  `v1a,${sign(null, signedText(message), privateKey).toString('base64')}`;
