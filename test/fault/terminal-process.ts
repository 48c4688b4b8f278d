import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { verifySignature } from '../../src/signing/verify';
import { playBadReply, saysTaken } from './bad-replies';
import { codeHashesIn, hashesOf, linkHashesIn, openFactLog, sha256 } from './facts';
import { startMailTerminal } from './mail-terminal';
import { createTryCount, ownPort, type Phase, readBody, readOutside } from './outside';
import type { BadReply, PlannedOrder } from './plan';
import { mailAddressOf, phoneNumberOf } from './terminal-addresses';

/**
 * The users' terminals, and the servers on the way to them, in a process of their own: each order has an address of its own,
 * and what comes is written down.
 */
const { baseUrl, issuers, mailPort, logFile } = readOutside();
const tell = openFactLog(logFile);
const tryOf = createTryCount();
const orders = new Map<string, PlannedOrder>();
const channelOf = new Map(issuers.map(({ issuerId, channel }) => [issuerId, channel]));

const publicKeys = (async (): Promise<string[]> => {
  for (;;) {
    try {
      const response = await fetch(`${baseUrl}/v1/keys`, { signal: AbortSignal.timeout(5_000) });
      const { keys } = (await response.json()) as { keys: { publicKey: string }[] };
      return keys.map(({ publicKey }) => publicKey);
    } catch {
      await pause(200);
    }
  }
})();

/** Under its address alone: what comes to another channel of it came to nobody. */
const addressOf = (plan: PlannedOrder): string => {
  const channel = channelOf.get(plan.issuerId);
  if (channel === 'email') return mailAddressOf(plan);
  return channel === 'sms' ? phoneNumberOf(plan) : `${plan.issuerId}/${plan.orderNo}`;
};

const reply = async (response: ServerResponse, bad: BadReply | 'status_410' | undefined): Promise<void> => {
  if (bad && !(await playBadReply(bad, response))) return;
  response.writeHead(204).end();
};

const takeDelivery = async (
  { issuerId, orderNo, id }: { issuerId: string; orderNo: string; id: string },
  raw: Buffer,
  response: ServerResponse,
): Promise<void> => {
  const { type, data } = JSON.parse(raw.toString()) as {
    type: string;
    data: { issuerId: string; orderNo: string; codes: { itemId: string; value: string }[] };
  };
  // Of codes that are void: it has none in it.
  if (type !== 'code.delivered') return reply(response, undefined);
  const planned = orders.get(`${issuerId}/${orderNo}`)?.terminalReplies ?? [];
  const n = tryOf(id);
  const bad = planned[0] === 'status_410' ? 'status_410' : planned[n - 1];
  tell({
    what: 'delivered',
    issuerId,
    orderNo,
    id,
    namedOrder: `${data.issuerId}/${data.orderNo}`,
    codes: hashesOf(data.codes),
    reply: bad ?? 'ok',
    saysTaken: saysTaken(bad),
  });
  await reply(response, bad);
};

const takeSms = async (raw: Buffer, response: ServerResponse): Promise<void> => {
  const { id, to, text } = JSON.parse(raw.toString()) as { id: string; to: string; text: string };
  const { issuerId = '', orderNo = '', terminalReplies = [] } = orders.get(to) ?? {};
  const bad = terminalReplies[tryOf(to) - 1];
  tell({
    what: 'messaged',
    channel: 'sms',
    issuerId,
    orderNo,
    id,
    hashes: codeHashesIn(text),
    links: linkHashesIn(text),
    textHash: sha256(text),
    reply: bad ?? 'ok',
    saysTaken: saysTaken(bad),
    beganMs: Date.now(),
  });
  await reply(response, bad);
};

startMailTerminal(mailPort, tell, (address) => {
  const order = orders.get(address);
  return order && { ...order, reply: order.mailReplies[tryOf(address) - 1] };
});

createServer(async (request, response) => {
  try {
    const [, kind, issuerId = '', orderNo = ''] = (request.url ?? '').split('/');
    const raw = await readBody(request);
    if (kind === 'phase') {
      for (const plan of (JSON.parse(raw.toString()) as Phase).orders) orders.set(addressOf(plan), plan);
      response.writeHead(204).end();
      return;
    }
    if (kind === 'redirected') tell({ what: 'redirect_followed', issuerId: '', orderNo: '' });
    if (kind === 'sms') return await takeSms(raw, response);
    const id = String(request.headers['webhook-id']);
    const verdict = verifySignature({
      headers: {
        id,
        timestamp: String(request.headers['webhook-timestamp']),
        signature: String(request.headers['webhook-signature']),
      },
      body: raw,
      keys: { secrets: [], publicKey: await publicKeys },
      nowMs: Date.now(),
    });
    if (!verdict.ok) {
      response.writeHead(401).end();
      return;
    }
    await takeDelivery({ issuerId, orderNo, id }, raw, response);
  } catch {
    response.destroy();
  }
}).listen(ownPort(), '127.0.0.1');
