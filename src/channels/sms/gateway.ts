/** One message for a phone; `id` is the same over all attempts, so that a gateway can tell a repeat. */
export interface SmsMessage {
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

export type SmsAnswer =
  | { readonly isTaken: true; readonly status: number; readonly tookMs: number }
  | {
      readonly isTaken: false;
      readonly status: number;
      /** A status, or a word of the closed list of failures. */
      readonly problem: string;
      /** No further attempt can help: the gateway knows that this message will never go. */
      readonly isFinal: boolean;
      readonly retryAfterMs?: number;
      readonly tookMs: number;
    };

/** What a provider's adapter has to be: one attempt within its own time limit, that never throws but when `signal` fires. */
export interface SmsGateway {
  send(message: SmsMessage, signal: AbortSignal): Promise<SmsAnswer>;
}
