import { orderWorkflow as todaysOrderWorkflow } from '../../workflows/order-workflow';

export { afterSaleWorkflow, reconcileWorkflow } from '../../workflows';

/** Unfit code, as a hasty deployment brings it: every order whose number says so throws what is no TemporalFailure. */
export async function order(input: Parameters<typeof todaysOrderWorkflow>[0]): Promise<unknown> {
  if (input.orderNo.startsWith('unfit')) throw new TypeError('this code is unfit');
  return todaysOrderWorkflow(input);
}
