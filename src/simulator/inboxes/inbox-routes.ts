import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Inbox } from './inbox';
import { type InboxKind, inboxHeaders, inboxPage, mailPage } from './inbox-page';
import type { Tell } from './receipts';

export interface Inboxes {
  readonly inboxes: Readonly<Record<InboxKind, Inbox>>;
  readonly takeSms: (body: string) => number;
  readonly tell: Tell;
}

const smsBodyMaxBytes = 16 * 1024;

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > smsBodyMaxBytes) return '';
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
};

/** A page of this very server, or no browser at all: another site cannot let a message bounce. */
const isOwn = ({ headers }: IncomingMessage): boolean =>
  headers.origin === undefined || headers.origin === `http://${headers.host}`;

/** Under a name of this machine: another site's name that leads here reads nobody's mail. */
const isAtHome = ({ headers: { host = '' } }: IncomingMessage): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);

/** The buyers' mailbox and phone. Resolves to whether the path was one of theirs. */
export const createInboxRoutes =
  ({ inboxes, takeSms, tell }: Inboxes) =>
  async (request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> => {
    if (path === '/sms/messages' && request.method === 'POST') {
      response.writeHead(takeSms(await readText(request))).end();
      return true;
    }
    const [, kind, n, event] = /^\/(mail|sms)(?:\/(\d+)(?:\/(bounced|delivered))?)?$/.exec(path) ?? [];
    if (kind === undefined) return false;
    if (!isAtHome(request)) {
      response.writeHead(421).end();
      return true;
    }
    const inbox = inboxes[kind as InboxKind];
    if (n === undefined) {
      response.writeHead(200, inboxHeaders).end(inboxPage(kind as InboxKind, inbox.all()));
      return true;
    }
    const message = inbox.find(Number(n));
    if (!message || (event !== undefined && (request.method !== 'POST' || !isOwn(request)))) {
      response.writeHead(404).end();
    } else if (event !== undefined) {
      await tell(kind === 'mail' ? 'email' : 'sms', message, event as 'bounced' | 'delivered');
      response.writeHead(303, { location: kind === 'mail' ? `/mail/${n}` : '/sms' }).end();
    } else {
      response.writeHead(200, inboxHeaders).end(mailPage(message));
    }
    return true;
  };
