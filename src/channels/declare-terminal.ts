import type { z } from 'zod';

/** The one field in which a terminal says where the buyer is, as console and command line ask for it. */
export interface AddressField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'url' | 'email' | 'tel';
  readonly placeholder?: string;
}

/**
 * What is known of a terminal of one channel without any setting: by the contract, by whoever shows an order, and by the
 * console. It holds also for orders whose channel is configured no more.
 */
export interface DeclaredTerminal<Name extends string = string, S extends z.ZodType = z.ZodType> {
  readonly name: Name;
  /** For people. */
  readonly label: string;
  readonly schema: S;
  /** Left out where the channel needs no address. */
  readonly address?: AddressField;
  /** Fields that are kept sealed and never given back. */
  readonly secrets?: readonly string[];
  /** Enough to recognise the terminal, too little to reach it. */
  hint(terminal: z.output<S>): string;
  /** Whether the order has a pick-up page, whose link only its issuer and its buyer know. */
  readonly hasPage: boolean;
  /** A server on the way takes the message, and tells later what became of it. */
  readonly hasReceipts?: boolean;
  /** More codes go in parts, each a message of its own. Left out: one message is enough for all. */
  readonly codesPerMessage?: number;
  /** What fails together: the part of a circuit's name that follows the issuer. Left out where nobody is called. */
  circuit?(terminal: z.output<S>): string;
}

export const declareTerminal = <Name extends string, S extends z.ZodType>(
  declared: DeclaredTerminal<Name, S>,
): DeclaredTerminal<Name, S> => declared;
