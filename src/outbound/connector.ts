import { connect, isIP, type Socket } from 'node:net';
import { rootCertificates, connect as startTls } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { AddressForbidden, type AddressGuard } from './address-guard';

interface ConnectorOptions {
  readonly guard: AddressGuard;
  readonly connectLimitMs: number;
  readonly trustedCa?: string | undefined;
}

/** Where a call goes to. */
export interface Place {
  /** Connections to places of one name are shared. */
  readonly name: string;
  readonly isTls: boolean;
  /** A name, or an address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Host and port as the `host` header says them. */
  readonly authority: string;
}

export const placeOfUrl = (url: URL): Place => {
  const isTls = url.protocol === 'https:';
  return {
    name: url.origin,
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (isTls ? 443 : 80),
    authority: url.host,
  };
};

class ConnectFailed extends Error {
  override readonly name = 'ConnectFailed';

  constructor(
    readonly code: 'TLS_FAILED' | 'UND_ERR_CONNECT_TIMEOUT',
    cause?: unknown,
  ) {
    super(code === 'TLS_FAILED' ? 'no TLS connection' : 'no connection in time', { cause });
  }
}

/** One address after the other gets this long; the default of 250 ms gives up on hosts that are merely far away. */
const attemptLimitMs = 1000;
/** Of hosts that were talked to lately: their next handshake is the shorter one. */
const tlsSessionsMax = 200;

type Opened = (error: Error | null, socket: Socket | null) => void;

export type Connector = ReturnType<typeof createConnector>;

/**
 * Called by the pool for every new connection. The address that was really reached is judged before a byte of TLS or
 * HTTP is sent: an address in the URL is never looked up, and a name may lead elsewhere than at registration.
 */
export const createConnector = ({ guard, connectLimitMs, trustedCa }: ConnectorOptions) => {
  const opening = new Set<(error: Error) => void>();
  const tlsSessions = new LRUCache<string, Buffer>({ max: tlsSessionsMax });
  const trusted = trustedCa ? { ca: [...rootCertificates, trustedCa] } : {};

  const secure = ({ name, hostname }: Place, socket: Socket, done: Opened): void => {
    const secured = startTls({
      socket,
      ...trusted,
      ...(isIP(hostname) === 0 ? { servername: hostname } : { host: hostname }),
      ALPNProtocols: ['http/1.1'],
      session: tlsSessions.get(name),
    });
    const fail = (error: Error): void => {
      tlsSessions.delete(name);
      done(new ConnectFailed('TLS_FAILED', error), null);
    };
    secured.once('error', fail);
    secured.on('session', (session) => tlsSessions.set(name, session));
    secured.once('secureConnect', () => {
      secured.off('error', fail);
      done(null, secured);
    });
  };

  const open = (place: Place, callback: Opened): void => {
    const admits = place.isTls ? guard.allows : guard.allowsPlain;
    if (isIP(place.hostname) !== 0 && !admits(place.hostname)) {
      queueMicrotask(() => callback(new AddressForbidden('the address may not be called'), null));
      return;
    }

    const socket = connect({
      host: place.hostname,
      port: place.port,
      lookup: place.isTls ? guard.lookup : guard.lookupPlain,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: attemptLimitMs,
      noDelay: true,
      keepAlive: true,
    });
    let isOver = false;
    const end = (act: () => void) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      opening.delete(fail);
      socket.off('error', fail);
      act();
    };
    const fail = (error: Error) =>
      end(() => {
        socket.on('error', () => undefined).destroy();
        callback(error, null);
      });
    const timer = setTimeout(() => fail(new ConnectFailed('UND_ERR_CONNECT_TIMEOUT')), connectLimitMs);

    opening.add(fail);
    socket.on('error', fail);
    socket.once('connect', () => {
      if (!socket.remoteAddress || !admits(socket.remoteAddress)) {
        fail(new AddressForbidden('the connected address may not be called'));
      } else if (place.isTls) {
        secure(place, socket, (error, secured) => {
          if (error) fail(error);
          else end(() => callback(null, secured));
        });
      } else {
        end(() => callback(null, socket));
      }
    });
  };

  return {
    open,
    close: (): void => {
      for (const fail of [...opening]) fail(new ConnectFailed('UND_ERR_CONNECT_TIMEOUT'));
    },
  };
};
