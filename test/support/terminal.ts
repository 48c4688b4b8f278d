import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
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
  urlOf(path: string): string;
  answer(path: string, statusOf: StatusOf, headers?: Record<string, string>): void;
  delivery(path: string, n?: number): Promise<Delivered>;
  stop(): Promise<void>;
}

/** What it answers to its n-th call; a promise is an answer that is long in coming. */
type StatusOf = (n: number) => number | Promise<number>;

export const startTerminal = async (): Promise<TestTerminal> => {
  const received: Delivered[] = [];
  const answers = new Map<string, { statusOf: StatusOf; headers: Record<string, string> }>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    const headers = request.headers as Record<string, string>;
    received.push({ path, headers, raw: Buffer.concat(chunks).toString(), atMs: Date.now() });
    const n = received.filter((one) => one.path === path).length;
    const answer = answers.get(path);
    response.writeHead((await answer?.statusOf(n)) ?? 204, answer?.headers).end();
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    received,
    urlOf: (path) => `${base}${path}`,
    answer: (path, statusOf, headers = {}) => {
      answers.set(path, { statusOf, headers });
    },
    delivery: (path, n = 1) =>
      until(`delivery ${n} at ${path}`, () => received.filter((one) => one.path === path)[n - 1]),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export interface TestTerminals {
  urlOf(path: string): Promise<string>;
  answer(path: string, statusOf: StatusOf, headers?: Record<string, string>): Promise<void>;
  delivery(path: string, n?: number): Promise<Delivered>;
  deliveries(path: string): Promise<Delivered[]>;
  stop(): Promise<void>;
}

/** A terminal with an origin of its own for each path, so that the failures of one are not another's. */
export const startTerminals = (): TestTerminals => {
  const started = new Map<string, Promise<TestTerminal>>();
  const at = (path: string): Promise<TestTerminal> => {
    const one = started.get(path) ?? startTerminal();
    started.set(path, one);
    return one;
  };
  return {
    urlOf: async (path) => (await at(path)).urlOf(path),
    answer: async (path, statusOf, headers) => (await at(path)).answer(path, statusOf, headers),
    delivery: async (path, n) => (await at(path)).delivery(path, n),
    deliveries: async (path) => (await at(path)).received.filter((one) => one.path === path),
    stop: async () => {
      for (const one of started.values()) await (await one).stop();
    },
  };
};
