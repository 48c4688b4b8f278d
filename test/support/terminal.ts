import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until';

export interface Delivered {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly raw: string;
  readonly atMs: number;
}

/** A webhook terminal of the tests: a real HTTP server that answers as told and keeps every call. */
export interface TestTerminal {
  readonly received: Delivered[];
  /** Each path is a terminal of its own. */
  urlOf(path: string): string;
  answer(path: string, statusOf: (n: number) => number): void;
  headers(path: string, headers: Record<string, string>): void;
  delivery(path: string, n?: number): Promise<Delivered>;
  stop(): Promise<void>;
}

export const startTerminal = async (): Promise<TestTerminal> => {
  const received: Delivered[] = [];
  const statuses = new Map<string, (n: number) => number>();
  const headersOf = new Map<string, Record<string, string>>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    const headers = request.headers as Record<string, string>;
    received.push({ path, headers, raw: Buffer.concat(chunks).toString(), atMs: Date.now() });
    const n = received.filter((one) => one.path === path).length;
    response.writeHead(statuses.get(path)?.(n) ?? 204, headersOf.get(path)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    received,
    urlOf: (path) => `${base}${path}`,
    answer: (path, statusOf) => {
      statuses.set(path, statusOf);
    },
    headers: (path, headers) => {
      headersOf.set(path, headers);
    },
    delivery: (path, n = 1) =>
      until(`delivery ${n} at ${path}`, () => received.filter((one) => one.path === path)[n - 1]),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
