import { randomUUID } from 'node:crypto';
import { signedHeaders } from '../../outbound/signed-headers';
import { bodylessText } from '../../signing/sign';
import { type Call, createCall } from '../platform-call';
import type { IssuerCredentials } from './issuer-credentials';

/** Of calls that the packaged client has no name for: each is signed as a request of its own, and sent once. */
export const createIssuerCall = ({ url, secret }: IssuerCredentials, limitMs: number): Call =>
  createCall(
    () => ({ url, token: undefined }),
    limitMs,
    ({ method, target, body = bodylessText(method, target) }) =>
      signedHeaders({ id: randomUUID(), nowMs: Date.now(), body, secrets: [secret] }),
  );
