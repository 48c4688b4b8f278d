import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { HandshakeGate } from './handshake-gate';
import { isChainQuick } from './shown-chain';

/** Of each context: a server could ask for another handshake after the one that was looked at. */
export const oneHandshake = { secureOptions: constants.SSL_OP_NO_RENEGOTIATION } as const;

/** HTTP listens to no socket between an answer and the next turn of the loop: an error then would end the process. */
export const heardElsewhere = (): void => undefined;

/**
 * All TLS of calls out. `onFirst` is called with the server's first bytes, which are held until it calls what it is given.
 * `trustedKeys`: of those who are trusted beside public authorities, where an issuer has its own.
 *
 * @throws Error of a certificate or a key of ours that TLS does not take, such as a weak one
 */
export const startBoundedTls = (
  socket: Socket,
  options: ConnectionOptions,
  onFirst: (letIn: () => void) => void,
  trustedKeys?: ReadonlySet<string>,
): TLSSocket => {
  const gate = new HandshakeGate(socket, onFirst);
  const secured: TLSSocket = connect({ ...options, socket: gate });
  // An idle connection is to hold no process: TLS hands that on to no stream but a socket.
  secured.ref = () => {
    socket.ref();
    return secured;
  };
  secured.unref = () => {
    socket.unref();
    return secured;
  };
  return secured.on('error', heardElsewhere).once('secureConnect', () => {
    if (secured.isSessionReused() || isChainQuick(secured, trustedKeys)) gate.open(() => secured.bytesRead);
    else secured.destroy(new Error('the chain is slow to check'));
  });
};
