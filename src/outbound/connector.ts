import { createHash } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import type { ClientRequest } from 'node:http';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { createSecureContext, DEFAULT_CIPHERS, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { secondMs } from '../domain/timings';
import { fitCertificates, fittingCertificates } from '../given-keys/certificates';
import { fitPrivateKey } from '../given-keys/private-key';
import { isLoopback } from './address';
import { AddressForbidden, type AddressGuard } from './address-guard';
import { heardElsewhere, oneHandshake, startBoundedTls } from './bounded-tls';
import { type EgressProxy, ProxyFailed } from './egress-proxy';
import { type Handshakes, HandshakesSpent } from './handshakes';
import { keysOf } from './shown-chain';

interface ConnectorOptions {
  readonly guard: AddressGuard;
  readonly connectLimitMs: number;
  readonly trustedCa?: string | undefined;
  /** Calls leave through it, but those to this machine itself. */
  readonly egressProxy?: EgressProxy | undefined;
  readonly handshakes: Handshakes;
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
  /** PEM of authorities that are trusted there besides the system's. */
  readonly ca?: string | undefined;
  /** What the platform shows of itself there, in PEM. */
  readonly own?: { readonly certificate: string; readonly key: string } | undefined;
  /** Whose rights count there, where an issuer has its own. */
  readonly owner?: string | undefined;
  /** The issuer for which it is called: no part of the name, as all who have no rights of their own may share. */
  readonly asker?: string | undefined;
  /** With whose calls it is counted, where not with all of the asker's: no part of the name either. */
  readonly slotKey?: string | undefined;
}

type How = Pick<Place, 'ca' | 'own' | 'owner' | 'asker' | 'slotKey'>;

/** Who is trusted, who we say that we are, and whose rights opened it, is part of the name: no call goes over a connection that it would not have made. */
const nameOf = (url: URL, { owner, ...how }: How): string => [url.origin, owner ?? '', trustOf(how)].join('#');

const trustOf = ({ ca, own }: Pick<How, 'ca' | 'own'>): string =>
  `${digestOf(ca)}#${digestOf(own && own.certificate + own.key)}`;

const digestOf = (text: string | undefined): string =>
  text === undefined ? '' : createHash('sha256').update(text).digest('base64url');

export const placeOfUrl = (url: URL, { ca, own, owner, asker, slotKey }: How = {}): Place => {
  const isTls = url.protocol === 'https:';
  return {
    ca,
    own,
    owner,
    asker,
    slotKey,
    name: nameOf(url, { ca, own, owner }),
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (isTls ? 443 : 80),
    authority: url.host,
  };
};

class ConnectFailed extends Error {
  override readonly name = 'ConnectFailed';

  constructor(
    readonly code: 'TLS_FAILED' | 'UND_ERR_CONNECT_TIMEOUT' | 'LOOKUP_TIMEOUT',
    cause?: unknown,
  ) {
    super(code === 'TLS_FAILED' ? 'no TLS connection' : 'no connection in time', { cause });
  }
}

/** One address after the other gets this long; the default of 250 ms gives up on hosts that are merely far away. */
const attemptLimitMs = 1000;
/** Of a name's addresses, one after the other. */
const tunnelsTriedMax = 3;
/** Of hosts that were talked to lately: their next handshake is the shorter one. */
const tlsSessionsMax = 200;
/** Of a megabyte each, where an issuer has authorities of its own; to make one takes longer than the handshake. */
const contextsMax = 30;

/**
 * Without the key agreements whose numbers the other side chooses the length of: with 8,192 bits each connection would keep
 * the process from all else for half a second.
 */
const keyAgreement = { ciphers: `${DEFAULT_CIPHERS}:!DHE`, ecdhCurve: 'X25519:P-256:P-384:P-521' } as const;

/** `keys`: of those who are trusted beside public authorities, where an issuer has its own. */
interface Trust {
  readonly secureContext: SecureContext;
  readonly keys?: ReadonlySet<string>;
}

type Opened = (error: Error | null, socket: Socket | null) => void;

export type Connector = ReturnType<typeof createConnector>;

/**
 * Called by the pool for every new connection. The address that was really reached is judged before a byte of TLS or
 * HTTP is sent: an address in the URL is never looked up, and a name may lead elsewhere than at registration.
 */
export const createConnector = ({ guard, connectLimitMs, trustedCa, egressProxy, handshakes }: ConnectorOptions) => {
  const opening = new Set<(error: Error) => void>();
  const contexts = new LRUCache<string, Trust>({ max: contextsMax });
  const tlsSessions = new LRUCache<string, Buffer>({ max: tlsSessionsMax });

  const trustIn = ({ ca, own }: Place): Trust => {
    const trust = trustOf({ ca, own });
    const known = contexts.get(trust);
    if (known) return known;
    // Looked at again: a row may be older than what the contract asks of keys today.
    const added = [
      ...(trustedCa === undefined ? [] : [trustedCa]),
      ...(ca === undefined ? [] : fittingCertificates(ca)),
    ];
    const secureContext = createSecureContext({
      ...(added.length > 0 ? { ca: [...rootCertificates, ...added] } : {}),
      ...(own ? { cert: fitCertificates(own.certificate).join(''), key: fitPrivateKey(own.key) } : {}),
      ...keyAgreement,
      ...oneHandshake,
    });
    const made = { secureContext, ...(ca === undefined ? {} : { keys: keysOf(added) }) };
    contexts.set(trust, made);
    return made;
  };

  const secure = (place: Place, socket: Socket, onFirst: (letIn: () => void) => void, done: Opened): void => {
    const { name, hostname } = place;
    const fail = (error: unknown): void => {
      tlsSessions.delete(name);
      done(new ConnectFailed('TLS_FAILED', error), null);
    };
    let secured: TLSSocket;
    try {
      const { secureContext, keys } = trustIn(place);
      const options = {
        secureContext,
        ...(isIP(hostname) === 0 ? { servername: hostname } : { host: hostname }),
        ALPNProtocols: ['http/1.1'],
        session: tlsSessions.get(name),
      };
      secured = startBoundedTls(socket, options, onFirst, keys);
    } catch (error) {
      // Nobody else would hear of it here.
      fail(error);
      return;
    }
    secured.once('error', fail);
    secured.on('session', (session) => tlsSessions.set(name, session));
    secured.once('secureConnect', () => {
      if (secured.destroyed) return;
      secured.off('error', fail);
      done(null, secured);
    });
  };

  const open = (place: Place, callback: Opened): void => {
    const rights = guard.of(place.asker);
    const admits = (address: string): boolean =>
      place.isTls ? rights.allows(address, place.port) : rights.allowsPlain(address, place.port);
    const isLiteral = isIP(place.hostname) !== 0;
    /** What a connection waits for, and what it is then to be called that did not come in time. */
    let late = (): Error => new ConnectFailed(isLiteral ? 'UND_ERR_CONNECT_TIMEOUT' : 'LOOKUP_TIMEOUT');
    const lookup: LookupFunction = (hostname, options, found) =>
      rights.lookupTo(place.port, place.isTls)(hostname, options, (...answer) => {
        late = () => new ConnectFailed('UND_ERR_CONNECT_TIMEOUT');
        found(...answer);
      });
    if (isLiteral && !admits(place.hostname)) {
      queueMicrotask(() => callback(new AddressForbidden('the address may not be called'), null));
      return;
    }
    const spent = place.isTls ? handshakes.spent(place.asker, place.slotKey) : undefined;
    if (spent) {
      queueMicrotask(() => callback(spent, null));
      return;
    }

    const handshake = handshakes.begin(place.asker, place.slotKey);
    let underway: Socket | ClientRequest | undefined;
    let isOver = false;
    const end = (act: () => void) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      opening.delete(fail);
      underway?.off('error', fail);
      act();
    };
    const fail = (error: Error) =>
      end(() => {
        handshake.leave(false);
        underway?.on('error', heardElsewhere).destroy();
        callback(error, null);
      });
    const timer = setTimeout(() => fail(late()), connectLimitMs);
    opening.add(fail);

    const reached = (socket: Socket): void => {
      const tooLate = () => new ConnectFailed('UND_ERR_CONNECT_TIMEOUT');
      late = tooLate;
      if (!place.isTls) {
        end(() => callback(null, socket));
        return;
      }
      const inTurn = (letIn: () => void): void => {
        late = () => new HandshakesSpent(secondMs);
        const go = (): void => {
          late = tooLate;
          letIn();
        };
        handshake.enter(go, fail);
      };
      // What happens to it from now on is told by TLS.
      socket.off('error', fail);
      secure(place, socket, inTurn, (error, opened) => {
        if (error) {
          fail(error);
          return;
        }
        handshake.leave(true);
        end(() => callback(null, opened));
      });
    };

    const connectDirectly = (lookupName: LookupFunction): void => {
      const socket = connect({
        host: place.hostname,
        port: place.port,
        lookup: lookupName,
        autoSelectFamily: true,
        autoSelectFamilyAttemptTimeout: attemptLimitMs,
        noDelay: true,
        keepAlive: true,
      });
      underway = socket.on('error', heardElsewhere).on('error', fail);
      socket.once('connect', () => {
        if (socket.remoteAddress && admits(socket.remoteAddress)) reached(socket);
        else fail(new AddressForbidden('the connected address may not be called'));
      });
    };

    const tunnel = (proxy: EgressProxy, [address, ...others]: readonly string[]): void => {
      if (address === undefined || isOver) return;
      late = () => new ProxyFailed('no tunnel in time');
      underway = proxy.connect(address, place.port, (error, socket) => {
        if (socket && isOver) {
          socket.destroy();
        } else if (socket) {
          underway = socket.on('error', heardElsewhere).on('error', fail);
          reached(socket);
        } else if (others.length > 0) {
          tunnel(proxy, others);
        } else {
          fail(error ?? new ConnectFailed('UND_ERR_CONNECT_TIMEOUT'));
        }
      });
    };

    const through = (proxy: EgressProxy, found: readonly LookupAddress[]): void => {
      const elsewhere = found.map(({ address }) => address).filter((address) => !isLoopback(address));
      if (elsewhere.length > 0) {
        tunnel(proxy, elsewhere.slice(0, tunnelsTriedMax));
        return;
      }
      // This machine is no other one seen from the proxy: what it would reach there is the proxy's own. The name is not
      // looked up again: it may lead elsewhere by now.
      connectDirectly((_hostname, { all }, known) =>
        all ? known(null, [...found]) : known(null, found[0]?.address ?? '', found[0]?.family),
      );
    };
    if (!egressProxy) {
      connectDirectly(lookup);
    } else if (isLiteral) {
      through(egressProxy, [{ address: place.hostname, family: isIP(place.hostname) }]);
    } else {
      lookup(place.hostname, { all: true }, (error, found) => {
        if (isOver) return;
        if (error) fail(error);
        else through(egressProxy, found as LookupAddress[]);
      });
    }
  };

  return {
    open,
    close: (): void => {
      for (const fail of [...opening]) fail(new ConnectFailed('UND_ERR_CONNECT_TIMEOUT'));
    },
  };
};
