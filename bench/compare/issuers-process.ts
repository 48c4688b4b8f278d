import { setTimeout as pause } from 'node:timers/promises';
import { serveJson } from './json-server';
import { monotonicMs } from './monotonic';
import { codeOf, createPost, type PaidNotice, type PostAnswer, type Sender } from './wire';

/** What all issuers together saw and did since the last reading. */
export interface IssuerCounts {
  notices: number;
  /** `order.paid` for an order that is being worked on, or was: at least once is the rule. */
  repeatedNotices: number;
  events: number;
  verified: number;
  submitted: number;
  /** Orders that were given up: never hidden. */
  givenUp: number;
  /** Answers other than 2xx, by call and status. */
  refusals: Record<string, number>;
}

const answerLimitMs = 30_000;
const insideLimitMs = 6_000;
const givenUpMs = 600_000;
const firstRepeatMs = 200;
const repeatMaxMs = 2_000;

/** All issuers: each verifies inside the handling of `order.paid`, and submits its code afterwards. Port given. */
const port = Number(process.argv[2]);
const { post, newMessageId } = createPost(answerLimitMs);
const senders = new Map<string, Sender>();
const seen = new Set<string>();
const none = (): IssuerCounts => ({
  notices: 0,
  repeatedNotices: 0,
  events: 0,
  verified: 0,
  submitted: 0,
  givenUp: 0,
  refusals: {},
});
let counts = none();

/** The same request again, under its id, until it is judged. */
const untilJudged = async (call: string, url: string, body: object, sender: Sender): Promise<boolean> => {
  const text = JSON.stringify(body);
  const messageId = newMessageId();
  const endMs = monotonicMs() + givenUpMs;
  for (let delayMs = firstRepeatMs; monotonicMs() < endMs; delayMs = Math.min(delayMs * 2, repeatMaxMs)) {
    const answer: PostAnswer = await post(url, text, sender, messageId);
    if (answer.status === 200 || answer.status === 201) return true;
    const key = `${call} ${answer.status === 0 ? answer.problem : answer.status}`;
    counts.refusals[key] = (counts.refusals[key] ?? 0) + 1;
    await pause(Math.max(delayMs, answer.retryAfterMs ?? 0));
  }
  counts.givenUp += 1;
  return false;
};

const verify = async ({ data }: PaidNotice, sender: Sender): Promise<boolean> => {
  const { orderNo, token, quantity, amount, verificationUrl } = data;
  const body = { type: 'order.verification', orderNo, token, quantity, amount };
  const isVerified = await untilJudged('verification', verificationUrl, body, sender);
  if (isVerified) counts.verified += 1;
  return isVerified;
};

const submit = async ({ data }: PaidNotice, sender: Sender): Promise<void> => {
  const { issuerId, orderNo, token, codesUrl } = data;
  const body = { type: 'order.codes', orderNo, token, codes: [codeOf(issuerId, orderNo)] };
  if (await untilJudged('codes', codesUrl, body, sender)) counts.submitted += 1;
};

void serveJson(port, async ({ path, json }) => {
  if (path === '/issuers') {
    senders.clear();
    for (const sender of json as Sender[]) senders.set(sender.issuerId, sender);
    seen.clear();
    return { status: 200, body: {} };
  }
  if (path === '/counts') {
    const told = counts;
    counts = none();
    return { status: 200, body: told };
  }
  const sender = senders.get(path.split('/').at(-1) ?? '');
  if (!sender) return { status: 404 };
  const message = json as PaidNotice | { type: string };
  if (!isPaid(message)) {
    counts.events += 1;
    return { status: 204 };
  }
  counts.notices += 1;
  const key = `${message.data.issuerId}/${message.data.orderNo}`;
  if (seen.has(key)) {
    counts.repeatedNotices += 1;
    return { status: 204 };
  }
  seen.add(key);
  const verified = verify(message, sender);
  void verified.then((isVerified) => (isVerified ? submit(message, sender) : undefined));
  // A verification that is not judged in time goes on; the notice itself was taken.
  await Promise.race([verified, pause(insideLimitMs, undefined, { ref: false })]);
  return { status: 204 };
});

function isPaid(message: { type: string }): message is PaidNotice {
  return message.type === 'order.paid';
}
