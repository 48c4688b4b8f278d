import type { Reconciled } from '../activities/reconcile';
import { reconciler } from './effects';

/** Started by the Schedule `reconcile`, never twice at once. */
export async function reconcileWorkflow(): Promise<Reconciled> {
  return reconciler.reconcile();
}
