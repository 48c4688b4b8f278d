import type { CookieOptions } from 'express';

const headerLimit = 8_192;

/** What `response.cookie` is called with. */
export type Cookie = [name: string, value: string, options: CookieOptions];

/**
 * All that a request brings under the name. Express' own reader gives the first alone, and a site beside ours may have set
 * one that stands before ours.
 */
export const cookieValues = (header: string | undefined, name: string): string[] =>
  (header ?? '')
    .slice(0, headerLimit)
    .split(';')
    .map((part) => part.trim().split('='))
    .filter(([found]) => found === name)
    .map(([, value = '']) => value);
