import type { CookieOptions } from 'express';

const headerLimit = 8_192;
/** Each may cost a reading of the database. */
const valuesMax = 4;

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
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1))
    .slice(0, valuesMax);

/** The one of a whole page. Cookies know no ports: the name tells two platforms of one machine apart. */
export const createCookie = ({
  name,
  publicUrl,
  sameSite,
}: {
  readonly name: string;
  readonly publicUrl: string;
  readonly sameSite: 'strict' | 'lax';
}) => {
  const isSecure = publicUrl.startsWith('https:');
  const whole = `${isSecure ? '__Host-' : ''}${name}`;
  const withValue = (value: string, maxAge: number): Cookie => [
    whole,
    value,
    { path: '/', maxAge, httpOnly: true, sameSite, secure: isSecure },
  ];
  return {
    with: withValue,
    valuesIn: (header: string | undefined): string[] => cookieValues(header, whole),
    /** Takes it from the browser. */
    ended: (): Cookie => withValue('', 0),
  };
};
