/** The entry of the workflow bundle: every workflow that the worker runs. */
export { afterSaleWorkflow } from './after-sale-workflow';
export { orderWorkflow } from './order-workflow';
export { reconcileWorkflow } from './reconcile-workflow';
