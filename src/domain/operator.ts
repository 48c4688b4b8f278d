/** What a person of the platform may do: a later role may do all that the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whoever stands behind an operator call; the name is what the audit log says. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
}

export interface OperatorWithToken extends Operator {
  readonly token: string;
}

/** The bearer of OPERATOR_TOKEN. */
export const firstOperatorName = 'operator';

export const mayAct = ({ role }: Operator, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
