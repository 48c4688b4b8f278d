/** The entry of the workflow bundle: every workflow that the worker runs, under the name by which it is started. */
export { afterSaleWorkflow } from './after-sale-workflow';

export { comparisonWorkflow } from './comparison-workflow';
export { orderWorkflow as order } from './order-workflow';
export { reconcileWorkflow } from './reconcile-workflow';
export { replayWorkflow } from './replay-workflow';
export { statementsWorkflow } from './statements-workflow';
export { voidRequestWorkflow } from './void-request-workflow';
