import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { verifySignature } from '../../src/signing/verify';
import { playBadReply } from './bad-replies';
import { hashesOf, openFactLog } from './facts';
import { createTryCount, ownPort, type Phase, readBody, readOutside } from './outside';
import type { PlannedOrder } from './plan';

/** The users' terminals, in a process of their own: each order has an address of its own, and what comes is written down. */
const { baseUrl, logFile } = readOutside();
const tell = openFactLog(logFile);
const tryOf = createTryCount();
const replies = new Map<string, PlannedOrder['terminalReplies']>();

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

createServer(async (request, response) => {
  try {
    const [, kind, issuerId = '', orderNo = ''] = (request.url ?? '').split('/');
    const raw = await readBody(request);
    if (kind === 'phase') {
      for (const plan of (JSON.parse(raw.toString()) as Phase).orders) {
        replies.set(`${plan.issuerId}/${plan.orderNo}`, plan.terminalReplies);
      }
      response.writeHead(204).end();
      return;
    }
    if (kind === 'redirected') tell({ what: 'redirect_followed', issuerId: '', orderNo: '' });
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
    const { data } = JSON.parse(raw.toString()) as {
      data: { issuerId: string; orderNo: string; codes: { itemId: string; value: string }[] };
    };
    const planned = replies.get(`${issuerId}/${orderNo}`) ?? [];
    const n = tryOf(id);
    const bad = planned[0] === 'status_410' ? 'status_410' : planned[n - 1];
    const namedOrder = `${data.issuerId}/${data.orderNo}`;
    tell({ what: 'delivered', issuerId, orderNo, id, namedOrder, codes: hashesOf(data.codes), reply: bad ?? 'ok' });
    if (bad && !(await playBadReply(bad, response))) return;
    response.writeHead(204).end();
  } catch {
    response.destroy();
  }
}).listen(ownPort(), '127.0.0.1');
