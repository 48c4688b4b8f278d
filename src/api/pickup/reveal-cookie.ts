import { createHmac } from 'node:crypto';
import type { Request, Response } from 'express';
import { Failure } from '../../domain/failures';
import { isSameText } from '../../signing/same-text';
import { cookieValues } from '../auth/cookies';

const cookieName = 'codeferry_reveal';
const lifetimeMs = 15 * 60_000;

const textOf = (key: Uint8Array, endsMs: number): string =>
  `${endsMs}.${createHmac('sha256', key).update(`reveal.${endsMs}`).digest('base64url')}`;

interface OfOrder {
  /** Derived from the order's own data key: a cookie of one order opens no other. */
  readonly key: Uint8Array;
  readonly secret: string;
  readonly publicUrl: string;
  readonly nowMs: number;
}

/** Set by a reveal: for a quarter of an hour this browser may download what holds the codes. */
export const setRevealCookie = (response: Response, { key, secret, publicUrl, nowMs }: OfOrder): void => {
  const endsMs = nowMs + lifetimeMs;
  const { pathname, protocol } = new URL(publicUrl);
  response.cookie(cookieName, textOf(key, endsMs), {
    httpOnly: true,
    sameSite: 'strict',
    secure: protocol === 'https:',
    maxAge: lifetimeMs,
    path: `${pathname.replace(/\/$/, '')}/p/${secret}`,
  });
};

/** Asked by the downloads. @throws Failure `reveal_first` */
export const requireReveal = (request: Request, { key, nowMs }: Pick<OfOrder, 'key' | 'nowMs'>): void => {
  const isRight = cookieValues(request.get('cookie'), cookieName).some((value) => {
    const endsMs = Number(value.split('.')[0]);
    return isSameText(value, textOf(key, endsMs)) && endsMs >= nowMs;
  });
  if (!isRight) throw new Failure('reveal_first');
};
