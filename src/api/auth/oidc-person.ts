import { createHash } from 'node:crypto';
import { type OidcSettings, type Operator, operatorName, roles } from '../../domain/operator';

export type Claims = Readonly<Record<string, unknown>>;

const valuesLimit = 1_000;

/**
 * Whom an ID token speaks of, with the highest role that its claim gives.
 *
 * @returns undefined when no role is mapped: whoever the provider knows is not an operator by that.
 */
export const personOf = (
  claims: Claims,
  { roleClaim, grants }: Pick<OidcSettings, 'roleClaim' | 'grants'>,
  takenNames: readonly string[],
): Operator | undefined => {
  // Whoever may write any address into an account would choose a role by it.
  const values = roleClaim === 'email' && claims.email_verified !== true ? new Set() : valuesAt(claims, roleClaim);
  const given = grants.filter(({ value }) => value === '*' || values.has(value)).map(({ role }) => role);
  const role = roles.findLast((one) => given.includes(one));
  return role && { name: nameOf(claims, takenNames), role };
};

/** By its own name first, as that may hold dots; then as a path, such as `realm_access.roles`. */
const valuesAt = (claims: Claims, roleClaim: string): ReadonlySet<unknown> => {
  let found: unknown = claims[roleClaim];
  if (found === undefined) {
    found = claims;
    for (const part of roleClaim.split('.')) {
      found = typeof found === 'object' && found !== null && Object.hasOwn(found, part) ? Reflect.get(found, part) : {};
    }
  }
  return new Set(Array.isArray(found) ? found.slice(0, valuesLimit) : [found]);
};

/**
 * Never the name of somebody who has a token, nor that of another person at the provider: in the audit log the two could not
 * be told apart, and each could end the other's sessions. Many providers let people choose their user name.
 */
const nameOf = (claims: Claims, takenNames: readonly string[]): string => {
  const taken = new Set(takenNames.map((name) => name.toLowerCase()));
  const { email, email_verified: isVerified, preferred_username: userName, sub } = claims;
  const hash = createHash('sha256').update(String(sub)).digest('hex');
  const marked = typeof userName === 'string' && userName !== '' ? `${userName}-${hash.slice(0, 8)}` : undefined;
  for (const name of [isVerified === true ? email : undefined, marked, sub]) {
    if (typeof name === 'string' && operatorName.test(name) && !taken.has(name.toLowerCase())) return name;
  }
  return `oidc-${hash.slice(0, 32)}`;
};
