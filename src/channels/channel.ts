import type { KeyObject } from 'node:crypto';
import type { Code } from '../contract/code';
import type { Branding } from '../domain/branding';
import type { FieldError } from '../domain/failures';
import type { Terminal } from '../domain/order';
import type { AddressRights } from '../outbound/address-guard';
import type { Outbound } from '../outbound/client';
import type { ChannelSettings } from './channel-settings';
import type { DeclaredTerminal } from './declare-terminal';

/** Who sold the codes, as a message to the buyer names it. */
export interface Seller {
  readonly name: string;
  readonly branding?: Branding | undefined;
  /** A data URI. */
  readonly logo?: string | undefined;
  /** Messages hold the codes, and not only the link to them. */
  readonly codeInMessage: boolean;
}

/** One try of one delivery: all tries of it have the same `messageId`, `atMs` and codes. */
export interface Delivery<T> {
  readonly order: {
    readonly issuerId: string;
    readonly orderNo: string;
    readonly product: { readonly id: string; readonly name: string; readonly instructions?: string };
  };
  readonly terminal: T;
  /** Of the buyer's pick-up page, where the order has one. */
  readonly pickupUrl?: string | undefined;
  readonly seller: Seller;
  /** Whose failures count together. */
  readonly circuit: string | undefined;
  readonly messageId: string;
  readonly atMs: number;
  readonly codes: readonly Code[];
  /** Those that they are sent in place of. */
  readonly replaces?: readonly { readonly itemId: string; readonly by: string }[];
  /** Instead of codes: that these are void. Only channels that tell it are asked. */
  readonly voidItemIds?: readonly string[];
  /** Where there are more codes than one message takes. */
  readonly part?: { readonly n: number; readonly of: number };
  /** Secrets of the issuer by which the receiver may know it as well. */
  readonly issuerSecrets: readonly string[];
  /** A try past an open circuit: it has been waited for long enough. */
  readonly isPastCircuit: boolean;
  readonly signal: AbortSignal;
}

export type DeliveryOutcome =
  | {
      readonly kind: 'delivered';
      /** `sent`: taken by a server on the way; a receipt tells what became of it. */
      readonly state: 'delivered' | 'sent';
      readonly status: number;
      readonly tookMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly status: number;
      readonly problem: string;
      /** No further try can help: a person looks. */
      readonly isFinal: boolean;
      readonly retryAfterMs?: number;
      readonly tookMs: number;
    }
  | {
      readonly kind: 'not_tried';
      readonly reason: 'over_limit' | 'tls_failing' | 'breaker_open' | 'day_limit';
      readonly delayMs: number;
    };

/** A message to a buyer, in plain words. */
export interface Written {
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
}

/** How much of something may be used in a UTC day: kept by the store, for all workers together. */
interface Allowances {
  take(share: {
    readonly name: string;
    readonly n: number;
    readonly at: Date;
    readonly limit: number;
  }): Promise<boolean>;
  giveBack(share: { readonly name: string; readonly n: number; readonly at: Date }): Promise<void>;
}

/** What a worker has for all channels. */
export interface DeliveryDeps {
  readonly settings: ChannelSettings;
  readonly outbound: Outbound;
  readonly signingKeys: () => Promise<readonly KeyObject[]>;
  readonly dayCounts: Allowances;
  readonly nowMs: () => number;
}

export type Deliver<T> = (delivery: Delivery<T>) => Promise<DeliveryOutcome>;

/** A channel as a platform may have it: everything beyond its terminal's declaration. */
export interface Channel<T extends Terminal = Terminal> {
  readonly terminal: DeclaredTerminal;
  /** The terminal keeps codes, and is told which are void. */
  readonly tellsVoid?: boolean;
  /** Left out: it needs no setting. */
  isConfigured?(settings: ChannelSettings): boolean;
  /** What the schema cannot say of a terminal: paths begin at the terminal. */
  problem?(terminal: T, deps: { readonly rights: AddressRights }): Promise<FieldError | null>;
  /** Left out: nobody is called, the codes are there as soon as the order has them. */
  deliverer?(deps: DeliveryDeps): Deliver<T>;
  /** Left out where no message is written: what a delivery says, in words, and to whom. Of test issuers it goes no further. */
  written?(delivery: Delivery<T>): Promise<Written> | Written;
}

/** For the registry, which gives a channel the terminals that its own schema took in, and no others. */
export const declareChannel = <T extends Terminal>(channel: Channel<T>): Channel => channel as unknown as Channel;
