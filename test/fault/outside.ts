import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { PlannedIssuer, PlannedOrder } from './plan';

/** What a process outside of the platform is told at its start, in a file. */
export interface Outside {
  readonly baseUrl: string;
  /** Where the platform reaches the terminals. */
  readonly terminalsUrl: string;
  readonly mailPort: number;
  readonly issuers: readonly (PlannedIssuer & { readonly secret: string })[];
  readonly logFile: string;
}

/** Sent to a running one: another phase of the run with its orders. */
export interface Phase {
  readonly phase: string;
  readonly orders: readonly PlannedOrder[];
}

export const readOutside = (): Outside => JSON.parse(readFileSync(process.argv[3] as string, 'utf8')) as Outside;
export const ownPort = (): number => Number(process.argv[2]);

export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Counts the tries of each message, so that a plan can answer the second one differently. */
export const createTryCount = () => {
  const tries = new Map<string, number>();
  return (id: string): number => {
    const n = (tries.get(id) ?? 0) + 1;
    tries.set(id, n);
    return n;
  };
};
