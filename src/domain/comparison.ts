import type { OrderName } from './ids';

/** Those that no other look finds: engine, issuer and rows say different things. */
export const sidesDiffer = ['workflow_missing', 'workflow_left', 'issuer_differs'] as const;

/** In what the sides that know of an order differ: its issuer's list, our rows, the engine, and what terminals said. */
export const comparedKinds = [...sidesDiffer, 'undeliverable', 'bounced', 'delivery_failed'] as const;
export type ComparedKind = (typeof comparedKinds)[number];

export const isSidesKind = (kind: ComparedKind): kind is (typeof sidesDiffer)[number] =>
  (sidesDiffer as readonly ComparedKind[]).includes(kind);

export interface Finding extends OrderName {
  readonly kind: ComparedKind;
}

export interface FindingCount {
  readonly issuerId: string;
  readonly kind: ComparedKind;
  readonly count: number;
}
