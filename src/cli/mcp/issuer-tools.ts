import { z } from 'zod';
import { listOwnFailures } from '../../contract/issuer/failures';
import { cancelOrder } from '../../contract/issuer/order-operations';
import { listOrders, readOrder, readTimeline } from '../../contract/issuer/orders';
import { replayEvents } from '../../contract/issuer/replays';
import { readSelf, replayMessage } from '../../contract/issuer/self';
import { plain } from '../plain-text';
import { type Caller, CannotTell } from './caller';
import { type ActionTool, paramSchemas, readTool, type Tool } from './tool';

const known = ['issuerId'];

/** What an issuer may read and, where it is allowed, do without the token of an order, which its server alone has. */
export const issuerTools = (call: Caller, allowActions: boolean): Tool[] => [
  readTool(
    call,
    'read_order',
    { order: readOrder, timeline: readTimeline },
    { known, description: 'The newest lines of the timeline say what it waits for.' },
  ),
  readTool(call, 'find_orders', { orders: listOrders }, { known }),
  readTool(call, 'list_failures', { failures: listOwnFailures }, { known }),
  readTool(call, 'read_issuer', { issuer: readSelf }, { known }),
  ...(allowActions ? [cancelTool(call), replayOneTool(call), replayManyTool(call)] : []),
];

const cancelTool = (call: Caller): ActionTool => ({
  kind: 'action',
  name: 'order_cancel',
  description: `${cancelOrder.summary}.`,
  isDangerous: true,
  input: z.strictObject(paramSchemas(cancelOrder, known)),
  prepare: async ({ orderNo }, reason) => {
    const order = await call(readOrder, { params: { orderNo } });
    const now: readonly string[] = order.actions ?? [];
    if (!now.includes('cancellation')) {
      throw new CannotTell(`Order ${plain(orderNo)} is ${plain(order.state)} and cannot be cancelled.`);
    }
    return {
      effect: `Cancel order ${plain(orderNo)}, which is ${plain(order.state)}. It cannot be opened again; codes that it holds become void, and the amount is to be refunded.`,
      run: async () => {
        const body = { type: 'order.cancellation', orderNo, reason };
        return { done: 'It is cancelled.', answer: await call(cancelOrder, { params: { orderNo }, body }) };
      },
    };
  },
});

const replayOneTool = (call: Caller): ActionTool => ({
  kind: 'action',
  name: 'replay_message',
  description: `${replayMessage.summary}.`,
  isDangerous: false,
  input: z.strictObject(paramSchemas(replayMessage, known)),
  prepare: async ({ messageId }) => ({
    effect: `Message ${plain(messageId)} goes to the issuer's server once more, with the same bytes and id; its answer counts.`,
    run: async () => ({
      done: 'It is on its way.',
      answer: await call(replayMessage, { params: { messageId }, body: { type: 'message.replay' } }),
    }),
  }),
});

const replayManyTool = (call: Caller): ActionTool => {
  const { type: _, dryRun: __, ...fields } = replayEvents.body.shape;
  return {
    kind: 'action',
    name: 'replay_events',
    description: 'Events since then that were not taken go out once more.',
    isDangerous: false,
    input: z.strictObject(fields),
    prepare: async (given) => {
      const body = { type: 'calls.replay', ...given };
      const { matched } = await call(replayEvents, { body: { ...body, dryRun: true } });
      return {
        effect: `${plain(matched)} events since ${plain(given.since)} that were not taken go out once more, with the same bytes and ids.`,
        run: async () => ({ done: 'They go out.', answer: await call(replayEvents, { body }) }),
      };
    },
  };
};
