import { sleep } from '@temporalio/workflow';
import { orderWorkflow as todaysOrderWorkflow } from '../../workflows/order-workflow';

/** What the replays must find: an order that does something of its own before its first step, without `patched()`. */
export async function order(...input: Parameters<typeof todaysOrderWorkflow>): Promise<unknown> {
  await sleep(1);
  return todaysOrderWorkflow(...input);
}
