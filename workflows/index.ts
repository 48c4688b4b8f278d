/** The entry of the workflow bundle: every workflow that the worker runs. */
export { afterSaleWorkflow } from './after-sale-workflow';
/** New orders have the second name; those that began under the first go on as they were recorded (`LiveOrder.showStep`). */
export { orderWorkflow, orderWorkflow as order } from './order-workflow';
export { reconcileWorkflow } from './reconcile-workflow';
