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

/** By this process: a system may name a port again before whoever it was named for listens. */
const given = new Set<number>();
const anyPortTries = 100;

async function anyPort(): Promise<number> {
  for (let tries = 1; tries <= anyPortTries; tries++) {
    const port = await portOf(0, loopback);
    if (port === undefined) break;
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
  throw new Error('No free port on the loopback address');
}

/** The preferred port if nobody holds it, else any: servers that nobody has to find by a known port. */
export async function freePort(preferred?: number): Promise<number> {
  return (preferred === undefined ? undefined : await portOf(preferred, loopback)) ?? (await anyPort());
}

const lowPorts = { from: 15_000, below: 32_768 };
const lowPortTries = 100;

/** One that fits into fifteen bits, by chance: those that a system gives by itself are higher. */
export async function freeLowPort(): Promise<number> {
  for (let tries = 1; tries <= lowPortTries; tries++) {
    const port = await portOf(randomInt(lowPorts.from, lowPorts.below), loopback);
    if (port !== undefined) return port;
  }
  throw new Error(`No free port below ${lowPorts.below} on the loopback address`);
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
