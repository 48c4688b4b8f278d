import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { acceptedOrder, callOf, codesAnswer, verifiedAnswer } from './bare-answers';
import {
  type BareOrder,
  bareTaskQueue,
  type Submission,
  submitCodes,
  type Verification,
  verifyOrder,
} from './bare-messages';
import { type JsonAnswer, serveJson } from './json-server';
import type { PaymentRequest } from './wire';

/** The bare order's api process: each call of the wire is one call to the engine. Port, engine's address. */
const [port, address] = process.argv.slice(2) as [string, string];

const main = async (): Promise<void> => {
  const client = new Client({ connection: await Connection.connect({ address }) });

  const place = async (issuerId: string, body: PaymentRequest): Promise<JsonAnswer> => {
    const { orderNo, product, quantity, amount } = body;
    const token = randomBytes(24).toString('base64url');
    const order: BareOrder = { issuerId, orderNo, token, product, quantity, amount };
    await client.workflow.start('bareOrder', {
      workflowId: `order/${issuerId}/${orderNo}`,
      taskQueue: bareTaskQueue,
      args: [order],
    });
    return { status: 201, body: acceptedOrder(issuerId, body) };
  };

  const server = await serveJson(Number(port), async ({ path, json }) => {
    const { issuerId, orderNo, call } = callOf(path);
    if (call === 'orders') return place(issuerId, json as PaymentRequest);
    const handle = client.workflow.getHandle(`order/${issuerId}/${orderNo}`);
    if (call === 'verification') {
      const verdict = await handle.executeUpdate(verifyOrder, { args: [json as Verification] });
      return verdict === 'verified' ? { status: 200, body: verifiedAnswer(orderNo) } : { status: 403 };
    }
    if (call === 'codes') {
      const accepted = await handle.executeUpdate(submitCodes, { args: [json as Submission] });
      return accepted > 0 ? { status: 201, body: codesAnswer(accepted) } : { status: 409 };
    }
    return { status: 404 };
  });
  process.stdout.write('api ready\n');
  process.on('SIGTERM', () => {
    server.closeAllConnections();
    process.exit(0);
  });
};

void main();
