import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** By item: the SHA-256 of the code's value. No log of the suite holds a code. */
export type CodeHashes = Readonly<Record<string, string>>;

interface About {
  readonly issuerId: string;
  readonly orderNo: string;
}

/** What an issuer, a terminal, a buyer or the operator saw and did. Each process appends to a file of its own. */
export type Fact = { readonly atMs: number } & (
  | ({
      readonly what: 'bought';
      readonly behaviour: string;
      readonly channel: 'page' | 'webhook' | 'email' | 'sms';
      /** The issuer's setting for messages to buyers. */
      readonly codeInMessage: boolean;
      readonly codeMode: 'push' | 'request';
      readonly quantity: number;
      readonly value: number;
      readonly phase: string;
    } & About)
  | ({ readonly what: 'gave_codes'; readonly codes: CodeHashes } & About)
  | ({
      readonly what: 'asked';
      readonly call: string;
      readonly id: string;
      readonly bodyHash: string;
      readonly codes?: CodeHashes;
      /** Of a call after the sale, without any code. */
      readonly said?: Readonly<Record<string, unknown>>;
    } & About)
  | ({
      readonly what: 'answered';
      readonly call: string;
      readonly id: string;
      readonly bodyHash: string;
      readonly status: number;
      readonly body: Record<string, unknown>;
      readonly isReplay: boolean;
      readonly tookMs: number;
    } & About)
  | ({
      readonly what: 'unanswered';
      readonly call: string;
      readonly id: string;
      readonly problem: string;
      readonly tookMs: number;
    } & About)
  | ({
      readonly what: 'heard';
      readonly type: string;
      readonly id: string;
      readonly bytesHash: string;
      readonly data: Record<string, unknown>;
    } & About)
  | ({
      readonly what: 'replied';
      readonly type: string;
      readonly id: string;
      readonly reply: string;
      readonly codes?: CodeHashes;
    } & About)
  | ({
      readonly what: 'delivered';
      readonly id: string;
      readonly namedOrder: string;
      readonly codes: CodeHashes;
      readonly reply: string;
      readonly saysTaken: boolean;
    } & About)
  | ({
      /** A whole message came to the address of this order; of none where nobody has that address. */
      readonly what: 'messaged';
      readonly channel: 'email' | 'sms';
      /** What the server knows a repeat by. */
      readonly id: string;
      readonly hashes: readonly string[];
      readonly links: readonly string[];
      readonly textHash: string;
      readonly reply: string;
      readonly saysTaken: boolean;
      readonly beganMs: number;
    } & About)
  /** A mail that the server did not let in. */
  | ({ readonly what: 'turned_away'; readonly reply: string } & About)
  | ({ readonly what: 'page_seen'; readonly hashes: readonly string[] } & About)
  | ({ readonly what: 'operator'; readonly action: string; readonly status: number } & About)
  | ({ readonly what: 'redirect_followed' } & About)
  | {
      readonly what: 'fault';
      readonly kind: string;
      readonly target: string;
      readonly untilMs: number;
    }
);

export type FactOf<W extends Fact['what']> = Extract<Fact, { what: W }>;
type Untimed<F> = F extends Fact ? Omit<F, 'atMs'> : never;

export type Tell = (fact: Untimed<Fact>) => void;

/** Written at once and in one piece, so that nothing that was seen can be lost with the process that saw it. */
export const openFactLog =
  (path: string): Tell =>
  (fact) =>
    appendFileSync(path, `${JSON.stringify({ atMs: Date.now(), ...fact })}\n`);

export const readFacts = (paths: readonly string[]): Fact[] =>
  paths
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Fact)
    .sort((a, b) => a.atMs - b.atMs);

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

export const hashesOf = (codes: readonly { itemId: string; value: string }[]): CodeHashes =>
  Object.fromEntries(codes.map(({ itemId, value }) => [itemId, sha256(value)]));

/** What every code of the suite looks like, so that one is recognised wherever it shows up. */
const codePattern = /FLT(?:-[A-Z0-9]{4}){4}/g;

export const codeHashesIn = (text: string): string[] =>
  [...new Set(text.match(codePattern) ?? [])].map((code) => sha256(code));

/** A link opens the codes as well as they themselves would. */
export const linkHashesIn = (text: string): string[] =>
  [...new Set(text.match(/https?:\/\/[^\s"<>]+/g) ?? [])].map((url) => sha256(url));
