import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallbackHandler } from '../../packages/issuer/src';
import { callbackListener, createIssuerClient, type IssuerClient } from '../../packages/issuer/src';
import { terminalReplies } from './behaviours';
import type { OnFact } from './facts';
import { createInbox } from './inboxes/inbox';
import { createInboxRoutes } from './inboxes/inbox-routes';
import { startMailServer } from './inboxes/mail-server';
import { createReceipts } from './inboxes/receipts';
import { createSmsGateway } from './inboxes/sms-gateway';
import { createSimulatedIssuer } from './simulated-issuer';
import { createSimulatedTerminal } from './simulated-terminal';

const host = '127.0.0.1';
const keysLimitMs = 5000;
/** A terminal that believed its first keys for ever would refuse every delivery once they were rotated. */
const keysTtlMs = 30_000;

export interface SimulatorOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly platformUrl: string;
  readonly onFact?: OnFact;
  /** Where its mail server listens; left out: it has none, and no inbox. */
  readonly smtpPort?: number;
  /** With it the platform is told what became of mails and messages. */
  readonly receiptSecret?: string | undefined;
}

export interface SimulatedIssuerAccount {
  readonly issuerId: string;
  readonly secret: string;
  readonly codeMode: 'request' | 'push';
  /** It is not called. */
  readonly fetches?: boolean;
}

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => done((server.address() as AddressInfo).port));
  });

/** `/callbacks/{issuerId}` are the issuers' servers, `/terminals/{behaviour}` those of users, `/mail` and `/sms` their inboxes. */
export const startSimulator = async ({ port, platformUrl, onFact, smtpPort, receiptSecret }: SimulatorOptions) => {
  const stopping = new AbortController();
  const issuers = new Map<string, CallbackHandler>();
  const terminals = new Map<string, CallbackHandler>();

  const publicKeys: string[] = [];
  let keysReadAtMs = Number.NEGATIVE_INFINITY;

  const readKeys = async (): Promise<void> => {
    if (Date.now() - keysReadAtMs < keysTtlMs) return;
    const response = await fetch(new URL('/v1/keys', platformUrl), { signal: AbortSignal.timeout(keysLimitMs) });
    const { keys } = (await response.json()) as { keys: { publicKey: string }[] };
    publicKeys.splice(0, publicKeys.length, ...keys.map((key) => key.publicKey));
    keysReadAtMs = Date.now();
  };

  /** Made at its first delivery: when the simulator starts, the platform may not be up yet. */
  const terminalOf = async (name: string): Promise<CallbackHandler | undefined> => {
    if (!Object.hasOwn(terminalReplies, name)) return undefined;
    await readKeys();
    const known = terminals.get(name);
    if (known) return known;
    const replies = terminalReplies[name as keyof typeof terminalReplies];
    const made = createSimulatedTerminal({ name, replies, publicKeys, signal: stopping.signal, onFact });
    terminals.set(name, made);
    return made;
  };

  const handlerFor = async (path: string): Promise<CallbackHandler | undefined> => {
    const [, kind, name = ''] = path.split('/');
    if (kind === 'callbacks') return issuers.get(name);
    if (kind === 'terminals') return terminalOf(name);
    return undefined;
  };

  const inboxes = { mail: createInbox(), sms: createInbox() };
  const tell = createReceipts(platformUrl, receiptSecret);
  const inboxRoutes = createInboxRoutes({ inboxes, takeSms: createSmsGateway(inboxes.sms, tell), tell });
  const mail = smtpPort === undefined ? undefined : await startMailServer(smtpPort, inboxes.mail, tell);

  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', `http://${host}`).pathname;
    if (path === '/redirected') {
      onFact?.({ atMs: Date.now(), who: 'simulator', orderNo: '', what: 'redirect_followed', detail: {} });
      response.writeHead(200).end();
      return;
    }
    if (await inboxRoutes(request, response, path)) return;
    const handler = await handlerFor(path).catch(() => undefined);
    if (handler) callbackListener(handler)(request, response);
    else response.writeHead(404).end();
  });
  const boundPort = await listening(server, port);

  return {
    port: boundPort,
    smtpPort: mail?.port,
    callbackUrl: (issuerId: string): string => `http://${host}:${boundPort}/callbacks/${issuerId}`,
    terminalUrl: (name: keyof typeof terminalReplies): string => `http://${host}:${boundPort}/terminals/${name}`,

    /** From here on the issuer's callbacks are answered, or its messages fetched; the client given back is that issuer's own. */
    addIssuer: ({ issuerId, secret, codeMode, fetches = false }: SimulatedIssuerAccount): IssuerClient => {
      const client = createIssuerClient({ baseUrl: platformUrl, issuerId, secret });
      const { signal } = stopping;
      const simulated = createSimulatedIssuer({ issuerId, secret, codeMode, client, signal, onFact });
      issuers.set(issuerId, simulated.callbacks);
      if (fetches) simulated.fetch();
      return client;
    },

    stop: async (): Promise<void> => {
      stopping.abort();
      await mail?.stop();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
};
