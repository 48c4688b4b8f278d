import type { How, Message, Sent, Taken } from './sending';

/** One message, and where it is written down that it went and what came. */
export interface Letter {
  readonly message: Message | Buffer;
  readonly id: string;
  readonly how: How;
  readonly noted: { sent(): void; came(line: string): void };
}

/** How a message reaches its issuer and the answer comes back: by a call, or by the issuer's own fetch. */
export interface Courier {
  /** One attempt, whatever becomes of it. */
  send(letter: Letter): Promise<Sent>;
  /** Until it is taken. @throws Unmet where it is not. */
  tell(letter: Letter): Promise<Taken>;
}
