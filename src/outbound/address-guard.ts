import { isIP, type LookupFunction } from 'node:net';
import { withinMs } from '../bounded/time-limit';
import { isTestIssuer } from '../domain/ids';
import { isInside, isPublic, parseAddress } from './address';
import { type Allowed, parseAllowed } from './allowed';
import { createLookups, type Resolve, systemResolve } from './lookups';

const urlMax = 1024;
const hostMax = 253;
const lookupLimitMs = 2000;

export type UrlProblemCode =
  | 'url_too_long'
  | 'url_malformed'
  | 'scheme_forbidden'
  | 'user_info_forbidden'
  | 'host_malformed'
  | 'address_forbidden';

export interface UrlProblem {
  readonly code: UrlProblemCode;
  readonly message: string;
}

/** A connection that was refused by us, not by the other side. */
export class AddressForbidden extends Error {
  override readonly name = 'AddressForbidden';
  readonly code = 'ADDRESS_FORBIDDEN';
}

export interface AddressGuardOptions {
  /** CALLBACK_ALLOW: ranges that may be reached although they are private, and without TLS; some of one issuer alone. */
  readonly allowCidrs: readonly string[];
  /** SANDBOX_CALLBACK_ALLOW: the same for test issuers, for whom the other one never counts. */
  readonly sandboxAllowCidrs?: readonly string[];
  /** Given by tests; otherwise the system's resolver, which knows the hosts file too. */
  readonly resolve?: Resolve;
}

const problem = (code: UrlProblemCode, message: string): UrlProblem => ({ code, message });

const isHostName = (host: string): boolean =>
  host.length <= hostMax && host.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));

/** What can be said of a URL by its text alone. Control characters and backslashes are what the URL parser would mend. */
const parseUrl = (text: string): URL | UrlProblem => {
  if (text.length > 2 * urlMax || [...text].length > urlMax) {
    return problem('url_too_long', `must have at most ${urlMax} characters`);
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http')
    return problem('scheme_forbidden', 'must begin with https://, or http:// where the platform allows it');
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined || /[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) {
    return problem('url_malformed', 'must be an absolute https URL');
  }
  const url = new URL(text);
  if (authority.includes('@') || url.username || url.password) {
    return problem('user_info_forbidden', 'must not carry a user name or password');
  }
  if (url.port === '0') return problem('url_malformed', 'must not name port 0');
  return url;
};

/**
 * Decides which addresses the platform may call. Asked twice: on registration for a readable refusal, and on every
 * connection, which alone counts: a name may lead elsewhere by then.
 */
export const createAddressGuard = ({
  allowCidrs,
  sandboxAllowCidrs = [],
  resolve = systemResolve,
}: AddressGuardOptions) => {
  const allowed = allowCidrs.map(parseAllowed);
  const lookedUp = createLookups(resolve);

  const lookupWith =
    (admits: (address: string) => boolean, asker: string | undefined): LookupFunction =>
    (hostname, options, callback) => {
      lookedUp(hostname, asker).then(
        (found) => {
          const family = options.family === 4 || options.family === 6 ? options.family : undefined;
          const fitting = found.filter((one) => family === undefined || one.family === family);
          const admitted = fitting.filter((one) => admits(one.address));
          const [first] = admitted;
          if (!first) {
            callback(new AddressForbidden('the name leads to no address that may be called'), options.all ? [] : '');
          } else if (options.all) {
            callback(null, admitted);
          } else {
            callback(null, first.address, first.family);
          }
        },
        (error: NodeJS.ErrnoException) => callback(error, options.all ? [] : ''),
      );
    };

  /** Where one may go whose entries these are. Without a port only entries of any port count. */
  const rightsOf = (entries: readonly Allowed[]) => {
    const rangesTo = (port: number | undefined) =>
      entries.filter((one) => one.port === undefined || one.port === port).map(({ range }) => range);

    /** May be reached without TLS. */
    const allowsPlain = (address: string, port?: number): boolean => {
      const ranges = rangesTo(port);
      return parseAddress(address)?.every((one) => isInside(one, ranges)) ?? false;
    };

    const allows = (address: string, port?: number): boolean => {
      const ranges = rangesTo(port);
      return parseAddress(address)?.every((one) => isPublic(one) || isInside(one, ranges)) ?? false;
    };

    const leadsInside = async (hostname: string, port: number, asker: string | undefined): Promise<boolean> => {
      const found = await withinMs(
        lookupLimitMs,
        lookedUp(hostname, asker).catch(() => []),
        () => [],
      );
      return found.some((one) => allowsPlain(one.address, port));
    };

    const urlProblem = async (text: string, asker?: string): Promise<UrlProblem | null> => {
      const url = parseUrl(text);
      if ('code' in url) return url;
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
      const isLiteral = isIP(host) !== 0;
      if (!isLiteral && !isHostName(host)) return problem('host_malformed', 'must name a host');
      if (isLiteral && !allows(host, port)) return problem('address_forbidden', 'must not lead to a private address');
      if (url.protocol === 'https:') return null;
      const plain = isLiteral ? allowsPlain(host, port) : await leadsInside(host, port, asker);
      return plain ? null : problem('scheme_forbidden', 'must be https');
    };

    return {
      urlProblem,
      allows,
      allowsPlain,
      /** For connections: whether they will speak TLS. */
      lookupTo: (port: number, isTls: boolean, asker?: string): LookupFunction =>
        lookupWith((address) => (isTls ? allows : allowsPlain)(address, port), asker),
    };
  };

  const ofEverybody = rightsOf(allowed.filter(({ issuerId }) => issuerId === undefined));
  const ownRights = new Map(
    [...new Set(allowed.flatMap(({ issuerId = '' }) => (issuerId === '' ? [] : [issuerId])))].map((id) => [
      id,
      rightsOf(allowed.filter(({ issuerId = id }) => issuerId === id)),
    ]),
  );

  const ofSandbox = rightsOf(sandboxAllowCidrs.map(parseAllowed));

  return {
    ...ofEverybody,
    /** Of an issuer, whose names are looked up in its own turn; undefined: of the platform's own calls. */
    of: (issuerId = ''): AddressRights => {
      const rights = isTestIssuer(issuerId) ? ofSandbox : (ownRights.get(issuerId) ?? ofEverybody);
      return {
        ...rights,
        urlProblem: (text) => rights.urlProblem(text, issuerId),
        lookupTo: (port, isTls) => rights.lookupTo(port, isTls, issuerId),
      };
    },
    /** Whose connections no other issuer may use, as it has rights of its own. */
    ownerOf: (issuerId: string): string | undefined =>
      isTestIssuer(issuerId) || ownRights.has(issuerId) ? issuerId : undefined,
  };
};

export interface AddressRights {
  readonly urlProblem: (text: string) => Promise<UrlProblem | null>;
  readonly allows: (address: string, port?: number) => boolean;
  readonly allowsPlain: (address: string, port?: number) => boolean;
  readonly lookupTo: (port: number, isTls: boolean) => LookupFunction;
}

export type AddressGuard = ReturnType<typeof createAddressGuard>;
