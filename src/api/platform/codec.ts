import type { RequestHandler } from 'express';
import { z } from 'zod';
import { bodyInvalid, parseWith } from '../../contract/problem';
import { Failure } from '../../domain/failures';
import { SealBroken } from '../../sealing/key-ring';
import type { DecodePayloads } from '../../sealing/payload-json';
import { isSameText } from '../../signing/same-text';
import { type OperatorAuth, requireOperator, requireRole } from '../auth/operator-auth';
import type { Mount } from '../edge/mount';
import { bodyLimitBytes, bytesOf, rawBody } from '../edge/raw-body';

const payloads = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), z.string()).optional(), data: z.string().optional() }))
    .max(1_000),
});

export interface Codec extends Pick<OperatorAuth, 'operators' | 'wrongTokens'> {
  readonly decodePayloads: DecodePayloads;
  /** In the address that the Temporal UI is given, since the UI cannot send a token of ours. */
  readonly codecSecret: string | undefined;
}

/** Whoever has the secret; no operator is named so. */
const bearer = { name: '(codec secret)' };

/** Lets the Temporal UI read summaries, details and payloads. Decodes only; codes are never among payloads. */
export const mountCodec = (mount: Mount, { decodePayloads, operators, wrongTokens, codecSecret }: Codec): void => {
  const allow: RequestHandler = (_request, response, next) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-methods', 'POST');
    response.setHeader('access-control-allow-headers', 'content-type, authorization, x-namespace');
    next();
  };
  const preflight: RequestHandler = (_request, response) => {
    response.status(204).end();
  };
  const decode: RequestHandler = async (request, response) => {
    const body = parseWith(payloads, jsonOf(bytesOf(request.body)));
    const decoded = await decodePayloads(body.payloads).catch((error: unknown) => {
      if (!(error instanceof SealBroken)) throw error;
      throw bodyInvalid([{ path: '/payloads', code: 'sealed_elsewhere', message: 'were not sealed by this platform' }]);
    });
    response.json({ payloads: decoded });
  };
  const requireSecret: RequestHandler = (request, _response, next) => {
    const isRight = !!codecSecret && isSameText(String(request.params.secret), codecSecret);
    wrongTokens.taken(isRight ? bearer : undefined, request.ip ?? '', 'codec', new Failure('path_unknown'));
    next();
  };
  const requireToken: RequestHandler = (request, _response, next) => {
    requireRole(requireOperator(request, { operators, wrongTokens }, 'codec'), 'operator');
    next();
  };
  const body = rawBody(8 * bodyLimitBytes);
  mount.plain('operators', 'post', '/codec/:secret/decode', allow, requireSecret, body, decode);
  mount.plain('operators', 'options', '/codec/:secret/decode', allow, preflight);
  mount.plain('operators', 'post', '/codec/decode', allow, requireToken, body, decode);
  mount.plain('operators', 'options', '/codec/decode', allow, preflight);
};

const jsonOf = (raw: Buffer): unknown => {
  try {
    return JSON.parse(raw.toString());
  } catch {
    throw new Failure('body_malformed');
  }
};
