import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { neverMs, slowMs } from './bad-replies';
import { codeHashesIn, linkHashesIn, sha256, type Tell } from './facts';
import type { BadMailReply } from './plan';

interface Mailbox {
  readonly issuerId: string;
  readonly orderNo: string;
  /** Of this try. */
  readonly reply: BadMailReply | undefined;
  readonly beganMs: number;
}

const nobody = { issuerId: '', orderNo: '', reply: undefined };
const refusal = (responseCode: number) => Object.assign(new Error('as planned'), { responseCode });

/** The buyers' mail server: each order has a mailbox of its own, and what comes is written down before it is answered. */
export const startMailTerminal = (
  port: number,
  tell: Tell,
  mailboxOf: (address: string) => Omit<Mailbox, 'beganMs'> | undefined,
): void => {
  const sockets = new Map<number, Socket>();
  const asked = new Map<string, Mailbox>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: ({ address }, { id }, done) => {
      const mailbox = { ...(mailboxOf(address) ?? nobody), beganMs: Date.now() };
      asked.set(id, mailbox);
      const status = { greylisted: 451, status_550: 550 }[mailbox.reply as string];
      if (status === undefined) return done();
      turnAway(mailbox);
      done(refusal(status));
    },
    onData: (stream, { id, remotePort }, done) => {
      const { issuerId, orderNo, reply, beganMs } = asked.get(id) ?? { ...nobody, beganMs: Date.now() };
      const chunks: Buffer[] = [];
      const hangUp = (): void => void sockets.get(remotePort)?.destroy();
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (reply !== 'cut_in_data' || chunks.length > 1) return;
        turnAway({ issuerId, orderNo, reply });
        hangUp();
      });
      stream.on('end', async () => {
        if (reply === 'cut_in_data') return;
        const { messageId = '', text = '', html = '' } = await PostalMime.parse(Buffer.concat(chunks));
        tell({
          what: 'messaged',
          channel: 'email',
          issuerId,
          orderNo,
          id: messageId,
          hashes: codeHashesIn(text + html),
          links: linkHashesIn(text + html),
          textHash: sha256(text),
          reply: reply ?? 'ok',
          saysTaken: reply === undefined || reply === 'slow',
          beganMs,
        });
        switch (reply) {
          case 'cut_after_data':
            return hangUp();
          case 'never':
            await pause(neverMs);
            return hangUp();
          case 'garbage':
            sockets.get(remotePort)?.write('what mail?\r\n');
            await pause(slowMs);
            return hangUp();
          case 'status_451':
            return done(refusal(451));
          case 'slow':
            await pause(slowMs);
        }
        done();
      });
    },
    onClose: ({ id }) => void asked.delete(id),
  });
  const turnAway = ({ issuerId, orderNo, reply }: Pick<Mailbox, 'issuerId' | 'orderNo' | 'reply'>): void =>
    tell({ what: 'turned_away', issuerId, orderNo, reply: reply ?? '' });
  server.server.on('connection', (socket: Socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  // A client that hangs up in the middle.
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
};
