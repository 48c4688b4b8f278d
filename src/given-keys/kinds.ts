import { contentOf, type Part, tags } from './der';
import { UnfitKey } from './unfit-key';

/** By what follows their bytes in DER. A curve is named: one that is written out would be the sender's own. */
const curves = new Map([
  ['2a8648ce3d030107', { name: 'P-256', bytes: 32 }],
  ['2b81040022', { name: 'P-384', bytes: 48 }],
  ['2b81040023', { name: 'P-521', bytes: 66 }],
]);
const kinds = new Map([
  ['2a864886f70d010101', 'rsa'],
  ['2a8648ce3d0201', 'ec'],
  ['2b6570', 'ed25519'],
] as const);

export type Curve = typeof curves extends ReadonlyMap<string, infer C> ? C : never;
export type Kind = { readonly kind: 'rsa' | 'ed25519' } | { readonly kind: 'ec'; readonly curve: Curve };

export const ed25519Bytes = 32;
const other = () => new UnfitKey('must be of RSA, P-256, P-384, P-521 or Ed25519');

export const curveOf = (part: Part | undefined): Curve => {
  const curve = part?.tag === tags.oid ? curves.get(part.content.toString('hex')) : undefined;
  if (!curve) throw other();
  return curve;
};

export const curveNamed = (name: unknown): Curve | undefined => [...curves.values()].find((one) => one.name === name);

/** What an AlgorithmIdentifier (RFC 5280) names. */
export const kindOf = ([oid, parameters]: readonly Part[]): Kind => {
  const kind = kinds.get(contentOf(oid, tags.oid).toString('hex') as never);
  if (!kind) throw other();
  return kind === 'ec' ? { kind, curve: curveOf(parameters) } : { kind };
};

/** A point as X9.62 writes it, compressed or not. */
export const needPoint = (point: Buffer, { bytes }: Curve): void => {
  if (point.length !== 1 + bytes && point.length !== 1 + 2 * bytes)
    throw new UnfitKey('must have a point of its curve');
};
