import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { Failure } from '../../domain/failures';
import { cookieValues } from '../auth/cookies';

const cookieName = 'codeferry_reveal';
const lifetimeMs = 15 * 60_000;

const signature = (key: Uint8Array, endsMs: number): Buffer =>
  createHmac('sha256', key).update(`reveal.${endsMs}`).digest();

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
  response.cookie(cookieName, `${endsMs}.${signature(key, endsMs).toString('base64url')}`, {
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
    const [ends = '', mac = ''] = value.split('.');
    const expected = signature(key, Number(ends));
    const sent = Buffer.from(mac, 'base64url');
    return sent.length === expected.length && timingSafeEqual(sent, expected) && Number(ends) >= nowMs;
  });
  if (!isRight) throw new Failure('reveal_first');
};
