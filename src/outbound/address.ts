import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export type CidrRange = readonly [Address, number];

const ipv4 = (high: number, low: number): ipaddr.IPv4 =>
  new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);

/** IPv4 addresses that an IPv6 address leads to; empty when it stands for itself. */
const embeddedIn = (address: ipaddr.IPv6): ipaddr.IPv4[] => {
  const [, first = 0, second = 0, third = 0, , , high = 0, low = 0] = address.parts;
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
      return [ipv4(high, low)];
    case 'rfc6052':
      // Only the well-known prefix 64:ff9b::/96; the local one of RFC 8215 may embed at any place.
      return second === 0 ? [ipv4(high, low)] : [];
    case '6to4':
      return [ipv4(first, second)];
    case 'teredo':
      // The relay's server, and the client behind it, which is written inverted.
      return [ipv4(second, third), ipv4(high ^ 0xffff, low ^ 0xffff)];
    default:
      return [];
  }
};

/** This machine itself, or another name of it. */
export const isLoopback = (text: string): boolean =>
  parseAddress(text)?.every((one) => one.range() === 'loopback') ?? false;

/** As a URL names it, an IPv6 address in brackets. */
export const isLoopbackHost = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);

/** Undefined for what is no address. A zone (`fe80::1%eth0`) does not change what the address is. */
export const parseAddress = (text: string): readonly Address[] | undefined => {
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.parse(text);
  if (address.kind() === 'ipv4') return [address];
  const embedded = embeddedIn(address as ipaddr.IPv6);
  return embedded.length > 0 ? embedded : [address];
};

/** Throws on what is no range: a mistyped CALLBACK_ALLOW must stop the start. One address alone is a range of one. */
export const parseCidr = (text: string): CidrRange => {
  const given = text.trim();
  if (ipaddr.isValidCIDR(given)) {
    const [address, bits] = ipaddr.parseCIDR(given);
    const mapped = address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress() && bits >= 96;
    return mapped ? [(address as ipaddr.IPv6).toIPv4Address(), bits - 96] : [address, bits];
  }
  if (ipaddr.isValid(given) && !given.includes('%')) {
    const address = ipaddr.process(given);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  throw new Error(`not an address range in CIDR form: ${JSON.stringify(given)}`);
};

export const isInside = (address: Address, ranges: readonly CidrRange[]): boolean =>
  ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));

/** For IPv6 only 2000::/3 is handed out; the library calls the unassigned rest, such as `::127.0.0.1`, unicast too. */
export const isPublic = (address: Address): boolean =>
  address.range() === 'unicast' &&
  (address.kind() === 'ipv4' || ((address as ipaddr.IPv6).parts[0] as number) >> 13 === 1);
