import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Inbox } from './inbox';
import type { Tell } from './receipts';

const sizeMaxBytes = 1024 * 1024;
const receiptAfterMs = 1_500;
/** A greylisting server asks for one more attempt; it forgets who asked after so many. */
const greylistedMax = 1_000;

/** What becomes of a mail, by the beginning of its address; all others arrive. */
export const mailBehaviours = {
  bounce: 'is taken and comes back',
  later: 'is taken at the second attempt',
  refused: 'is refused for good',
} as const;

const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });
const behaviourOf = (address: string): string => /^[a-z]+/.exec(address)?.[0] ?? '';

/** A real SMTP server on this machine, for deliveries by e-mail: what it takes stands in the demo's mailbox. */
export const startMailServer = async (port: number, inbox: Inbox, tell: Tell) => {
  const greylisted = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: sizeMaxBytes,
    onRcptTo: ({ address }, _session, done) => {
      const behaviour = behaviourOf(address);
      if (behaviour === 'refused') return done(refusal(550, 'no such mailbox'));
      if (behaviour === 'later' && !greylisted.has(address)) {
        if (greylisted.size < greylistedMax) greylisted.add(address);
        return done(refusal(451, 'try again later'));
      }
      return done();
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = envelope.rcptTo[0]?.address ?? '';
        PostalMime.parse(Buffer.concat(chunks)).then(
          ({ subject = '', text = '', html, messageId = '', attachments }) => {
            const pictures = attachments.map(({ contentId = '', content }) => ({
              cid: contentId.replace(/[<>]/g, ''),
              data: Buffer.from(content as ArrayBuffer).toString('base64'),
            }));
            const shown = pictures.reduce(
              (page, { cid, data }) => page?.replaceAll(`cid:${cid}`, `data:image/png;base64,${data}`),
              html,
            );
            const message = inbox.add({
              messageId: messageId.replace(/[<>]/g, ''),
              to,
              subject,
              text,
              ...(shown === undefined ? {} : { html: shown }),
            });
            const event = behaviourOf(to) === 'bounce' ? 'bounced' : 'delivered';
            setTimeout(() => void tell('email', message, event), receiptAfterMs).unref();
            done();
          },
          () => done(refusal(554, 'not a mail')),
        );
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: (): Promise<void> => new Promise((resolve) => server.close(() => resolve())),
  };
};
