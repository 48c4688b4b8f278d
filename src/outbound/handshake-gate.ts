import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * A usual chain is 3 to 8 KB. Beside it servers that ask for a certificate, often of whoever comes, name whom they trust, and
 * names cost nothing to check: those of all public authorities are 15 KB, Windows sends up to 16. TLS 1.3 does not show
 * which bytes are names, so that there is one limit for all. Of RSA keys as slow as TLS takes there is room for two dozen,
 * of the hundred that it would check otherwise; and who shows such ones fails, which is counted.
 */
const handshakeMaxBytes = 32 * 1024;
/** Afterwards: what TLS tells itself, such as tickets, each of which it takes in; and so often the bytes that come of all. */
const asideMaxBytes = 128 * 1024;
const bytesPerClearByteMax = 4;

/**
 * Between a connection and TLS, which checks each certificate that it is shown, trusted or not, and stands still meanwhile.
 * What a server says is held until it is let in, and with a byte beyond the limit TLS sees no more of it.
 */
export class HandshakeGate extends Duplex {
  readonly #socket: Socket;
  #cameBytes = 0;
  #mayComeBytes = (): number => handshakeMaxBytes;
  #held: Buffer[] | undefined = [];

  constructor(socket: Socket, onFirst: (letIn: () => void) => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket
      .on('data', (chunk: Buffer) => {
        if (this.#cameBytes === 0) onFirst(() => this.#letIn());
        this.#cameBytes += chunk.length;
        if (this.#cameBytes > this.#mayComeBytes()) this.destroy(new Error('TLS has too many bytes of its own'));
        else this.#give(chunk);
      })
      .on('end', () => {
        if (this.#held) this.destroy(new Error('the server ended it before the handshake'));
        else this.push(null);
      })
      .on('error', (error) => this.destroy(error))
      // What came to its end is still read.
      .on('close', () => socket.readableEnded || this.destroy());
  }

  #letIn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const chunk of held) this.#give(chunk);
  }

  /** The handshake is over; of what comes now TLS makes so many bytes. */
  open(clearBytes: () => number): void {
    this.#mayComeBytes = () => handshakeMaxBytes + asideMaxBytes + bytesPerClearByteMax * clearBytes();
  }

  #give(chunk: Buffer): void {
    if (this.#held) this.#held.push(chunk);
    else if (!this.push(chunk)) this.#socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
