/** What the simulator saw and did, for a judge that trusts no word of the platform. Codes only as their SHA-256. */
export interface SimulatedFact {
  readonly atMs: number;
  readonly who: string;
  readonly orderNo: string;
  readonly what:
    | 'paid_received'
    | 'code_requested_received'
    | 'closing_received'
    | 'void_requested_received'
    | 'event_received'
    | 'delivery_received'
    | 'verified'
    | 'codes_answered'
    | 'codes_accepted'
    | 'refused'
    | 'after_sale_done'
    | 'call_failed'
    | 'redirect_followed';
  readonly detail: Readonly<Record<string, string | number | readonly string[]>>;
}

export type OnFact = (fact: SimulatedFact) => void;
