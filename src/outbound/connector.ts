import { connect, isIP, type Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { buildConnector } from 'undici';
import { AddressForbidden, type AddressGuard } from './address-guard';

interface ConnectorOptions {
  readonly guard: AddressGuard;
  readonly connectLimitMs: number;
  readonly trustedCa?: string | undefined;
}

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

/**
 * Called by the pool for every new connection. The address that was really reached is judged before a byte of TLS or
 * HTTP is sent: an address in the URL is never looked up, and a name may lead elsewhere than at registration.
 */
export const createConnector = ({ guard, connectLimitMs, trustedCa }: ConnectorOptions) => {
  const opening = new Set<(error: Error) => void>();
  const startTls = buildConnector({
    timeout: 0,
    allowH2: false,
    ...(trustedCa ? { ca: [...rootCertificates, trustedCa] } : {}),
  });

  const open: buildConnector.connector = (options, callback) => {
    const isTls = options.protocol === 'https:';
    const admits = isTls ? guard.allows : guard.allowsPlain;
    if (isIP(options.hostname) !== 0 && !admits(options.hostname)) {
      queueMicrotask(() => callback(new AddressForbidden('the address may not be called'), null));
      return;
    }

    const socket: Socket = connect({
      host: options.hostname,
      port: Number(options.port) || (isTls ? 443 : 80),
      lookup: isTls ? guard.lookup : guard.lookupPlain,
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
      act();
    };
    const fail = (error: Error) =>
      end(() => {
        socket.destroy();
        callback(error, null);
      });
    const timer = setTimeout(() => fail(new ConnectFailed('UND_ERR_CONNECT_TIMEOUT')), connectLimitMs);

    opening.add(fail);
    socket.on('error', fail);
    socket.once('connect', () => {
      if (!socket.remoteAddress || !admits(socket.remoteAddress)) {
        fail(new AddressForbidden('the connected address may not be called'));
      } else if (isTls) {
        startTls({ ...options, httpSocket: socket }, (error, secured) => {
          if (error) fail(new ConnectFailed('TLS_FAILED', error));
          else end(() => callback(null, secured));
        });
      } else {
        end(() => callback(null, socket));
      }
    });
  };

  return {
    open,
    /** The pool forgets connections that are still being made when it is destroyed; they would hold the process. */
    close: (): void => {
      for (const fail of [...opening]) fail(new ConnectFailed('UND_ERR_CONNECT_TIMEOUT'));
    },
  };
};
