import type { Response } from 'express';

const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** On everything under a pick-up link: it leaks into no cache, referrer, index or frame. */
export const setPrivateHeaders = (response: Response): void => {
  response.setHeader('content-security-policy', csp);
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-robots-tag', 'noindex, nofollow');
  response.setHeader('cache-control', 'no-store');
};
