import { issuerIdPattern } from '../domain/ids';
import { type CidrRange, parseCidr } from './address';

/** An entry of CALLBACK_ALLOW: a private range that may be reached, and without TLS. */
export interface Allowed {
  /** Left out: every issuer's. */
  readonly issuerId?: string;
  readonly range: CidrRange;
  /** Left out: any. */
  readonly port?: number;
}

const portMax = 65_535;

/** `[issuerId@]range[:port]`, IPv6 with a port in brackets. @throws on what is none: a mistyped one must stop the start. */
export const parseAllowed = (text: string): Allowed => {
  const [, issuerId, rest = ''] = /^(?:([^@]*)@)?(.*)$/s.exec(text.trim()) ?? [];
  if (issuerId !== undefined && !issuerIdPattern.test(issuerId)) throw new Error('no id of an issuer');
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([\d.]+(?:\/\d+)?)):(\d{1,5})$/.exec(rest) ?? [];
  const whose = issuerId === undefined ? {} : { issuerId };
  if (port === undefined) return { ...whose, range: parseCidr(rest) };
  if (Number(port) < 1 || Number(port) > portMax) throw new Error('no port');
  return { ...whose, range: parseCidr(bracketed ?? plain ?? ''), port: Number(port) };
};
