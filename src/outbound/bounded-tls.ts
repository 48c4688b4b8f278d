import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { HandshakeGate } from './handshake-gate';
import { isChainQuick } from './shown-chain';

/** Of each context: a server could ask for another handshake after the one that was looked at. */
export const oneHandshake = { secureOptions: constants.SSL_OP_NO_RENEGOTIATION } as const;

/**
 * All TLS of calls out. `onFirst` is called with the server's first bytes, which are held until it calls what it is given.
 *
 * @throws Error of a certificate or a key of ours that TLS does not take, such as a weak one
 */
export const startBoundedTls = (
  socket: Socket,
  options: ConnectionOptions,
  onFirst: (letIn: () => void) => void,
): TLSSocket => {
  const gate = new HandshakeGate(socket, onFirst);
  const secured = connect({ ...options, socket: gate });
  return secured.once('secureConnect', () => {
    if (secured.isSessionReused() || isChainQuick(secured)) gate.open(() => secured.bytesRead);
    else secured.destroy(new Error('the chain has keys that are slow to check with'));
  });
};
