import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

export const loopback = '127.0.0.1';

function portOf(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

export async function isPortFree(port: number, host: string = loopback): Promise<boolean> {
  return (await portOf(port, host)) !== undefined;
}

/** By this process: one may be asked for again before whoever it was named for listens. */
const given = new Set<number>();
/**
 * Below those that a system gives by itself: else an outgoing connection could get one before its server listens. They also
 * fit into fifteen bits.
 */
const ports = { from: 15_000, below: 32_768 };
const triesMax = 5_000;

async function anyPort(): Promise<number> {
  for (let tries = 1; tries <= triesMax; tries++) {
    const port = randomInt(ports.from, ports.below);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port below ${ports.below} on the loopback address`);
}

/** The preferred port if nobody holds it, else any: servers that nobody has to find by a known port. */
export async function freePort(preferred?: number): Promise<number> {
  return (preferred === undefined ? undefined : await portOf(preferred, loopback)) ?? (await anyPort());
}

/** Asked of a server that starts; trying to bind instead could take the port from it. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: loopback });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.setTimeout(1_000, () => answer(false));
  });
}
