import { randomBytes } from 'node:crypto';
import { Client, Connection, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
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
    let isNew = true;
    try {
      await client.workflow.start('bareOrder', {
        workflowId: `order/${issuerId}/${orderNo}`,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: bareTaskQueue,
        args: [order],
      });
    } catch (error) {
      // A payment whose answer was lost comes again.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      isNew = false;
    }
    return { status: isNew ? 201 : 200, body: acceptedOrder(issuerId, body) };
  };

  const answer = async (path: string, json: unknown): Promise<JsonAnswer> => {
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
  };
  const server = await serveJson(Number(port), ({ path, json }) =>
    answer(path, json).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return { status: 404 };
      throw error;
    }),
  );
  process.stdout.write('api ready\n');
  process.on('SIGTERM', () => {
    server.closeAllConnections();
    process.exit(0);
  });
};

void main();
