import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { BadReply } from './plan';

export const neverMs = 20_000;
export const slowMs = 3_000;
const endlessPauseMs = 20;

/** To a terminal's server a 2xx is its word that it has the codes, whatever follows it. */
export const saysTaken = (reply: BadReply | 'status_410' | undefined): boolean =>
  reply === undefined || ['slow', 'half_answer', 'endless', 'garbage'].includes(reply);

/** Plays a bad answer; `slow` is a good one that comes late, so it resolves to true and the caller answers. */
export const playBadReply = async (reply: BadReply | 'status_410', response: ServerResponse): Promise<boolean> => {
  switch (reply) {
    case 'slow':
      await pause(slowMs);
      return true;
    case 'never':
      await pause(neverMs);
      response.destroy();
      return false;
    case 'status_500':
      response.writeHead(500).end();
      return false;
    case 'status_410':
      response.writeHead(410).end();
      return false;
    case 'status_429':
      response.writeHead(429, { 'retry-after': '2' }).end();
      return false;
    case 'redirect':
      response.writeHead(302, { location: '/redirected' }).end();
      return false;
    case 'close':
      response.destroy();
      return false;
    case 'half_answer':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"status":"issued","codes":[');
      setTimeout(() => response.destroy(), slowMs / 10);
      return false;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"issued","codes":[{"item');
      return false;
    case 'endless': {
      response.writeHead(200, { 'content-type': 'application/json' });
      while (!response.destroyed) {
        response.write(' '.repeat(8_192));
        await pause(endlessPauseMs);
      }
      return false;
    }
    default:
      return reply satisfies never;
  }
};
