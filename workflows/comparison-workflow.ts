import { comparison } from './effects';

/** Started by the Schedule `comparison`, never twice at once. */
export async function comparisonWorkflow(): Promise<{ readonly findings: number }> {
  return { findings: await comparison.compareSides() };
}
