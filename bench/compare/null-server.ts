import { createBareActivities } from './bare-activities';
import { acceptedOrder, callOf, codesAnswer, verifiedAnswer } from './bare-answers';
import type { BareOrder, Submission } from './bare-messages';
import { type JsonAnswer, serveJson } from './json-server';
import type { PaymentRequest } from './wire';

/** The same wire with nothing behind it: what the simulators can do at most. Port, callback's and terminal's address. */
const [port, callbackUrl, terminalUrl] = process.argv.slice(2) as [string, string, string];
const { notifyIssuer, deliverCodes, tellDelivered } = createBareActivities({
  apiUrl: `http://127.0.0.1:${port}`,
  callbackUrl,
  terminalUrl,
});
const running = new Map<string, BareOrder>();

const place = (issuerId: string, body: PaymentRequest): JsonAnswer => {
  const { orderNo, product, quantity, amount } = body;
  const order: BareOrder = { issuerId, orderNo, token: 'no-token', product, quantity, amount };
  running.set(`${issuerId}/${orderNo}`, order);
  setImmediate(() => void notifyIssuer(order));
  return { status: 201, body: acceptedOrder(issuerId, body) };
};

void serveJson(Number(port), async ({ path, json }) => {
  const { issuerId, orderNo, call } = callOf(path);
  if (call === 'orders') return place(issuerId, json as PaymentRequest);
  if (call === 'verification') return { status: 200, body: verifiedAnswer(orderNo) };
  const key = `${issuerId}/${orderNo}`;
  const order = running.get(key);
  if (!order) return { status: 404 };
  running.delete(key);
  const { codes } = json as Submission;
  setImmediate(() => void deliverCodes(order, codes).then(() => tellDelivered(order)));
  return { status: 201, body: codesAnswer(codes.length) };
}).then(() => process.stdout.write('null ready\n'));
