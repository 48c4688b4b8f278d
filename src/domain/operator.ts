/** What a person of the platform may do: a later role may do all that the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whoever stands behind an operator call; the name is what the audit log says. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
  /** Whoever signed in at the OpenID provider, by a hash of its name for them: theirs, whatever they are called today. */
  readonly subject?: string;
}

export interface OperatorWithToken extends Operator {
  readonly token: string;
}

/** What a name may be, wherever it comes from: it stands in the audit log for years. */
export const operatorName = /^[\w.@-]{1,64}$/;

/** Sign-in at an OpenID provider: what its claim must hold for which role; `*` is everyone whom it knows. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Left out: however the provider signs people in. Else one of these, which it is asked for, stands in `acr`. */
  readonly acrValues?: readonly string[] | undefined;
  readonly roleClaim: string;
  readonly grants: readonly { readonly value: string; readonly role: Role }[];
}

/** The bearer of OPERATOR_TOKEN. */
export const firstOperatorName = 'operator';

export const mayAct = ({ role }: Operator, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
