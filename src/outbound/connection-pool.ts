import { Agent, type ClientRequest, type ClientRequestArgs, request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connector, Place } from './connector';

const idleConnectionMs = 4000;
/** Beyond it the head is not read; the status line counts all the same. */
const headersMaxBytes = 72 * 1024;

/** Kept open between calls, by the place that they lead to. How many there are is bounded by the calls at once. */
class ConnectionPool extends Agent {
  readonly #connector: Connector;

  constructor(connector: Connector) {
    super({ keepAlive: true, scheduling: 'lifo', timeout: idleConnectionMs });
    this.#connector = connector;
  }

  override getName(options: object = {}): string {
    return placeOf(options).name;
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#connector.open(placeOf(options), (error, socket) => callback?.(error, socket as Duplex));
  }
}

/** Handed through by the http module, as all options are. */
const placeOf = (options: object): Place => (options as { place: Place }).place;

export interface PooledRequest {
  readonly method: 'GET' | 'POST';
  readonly place: Place;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Not over a connection that was used before. */
  readonly isFresh: boolean;
}

export type Pool = ReturnType<typeof createPool>;

/** Built on `node:http`, which skips informational answers, and tells of a connection whether it was used before. */
export const createPool = (connector: Connector) => {
  const agent = new ConnectionPool(connector);
  const freshConnections = {
    createConnection: (options: ClientRequestArgs, callback: (error: Error | null, socket: Duplex) => void) => {
      connector.open(placeOf(options), (error, socket) => callback(error, socket as Duplex));
      return undefined;
    },
  };
  return {
    /** @throws TypeError for headers or a path that cannot be sent */
    send: ({ method, place, path, headers, isFresh }: PooledRequest): ClientRequest =>
      request({
        ...(isFresh ? freshConnections : { agent }),
        ...{ place },
        method,
        path,
        headers: { host: place.authority, ...headers },
        maxHeaderSize: headersMaxBytes,
      }),

    /** Connections that are still being made are the agent's no more than anybody's: they would hold the process. */
    close: (): void => {
      connector.close();
      agent.destroy();
    },
  };
};
