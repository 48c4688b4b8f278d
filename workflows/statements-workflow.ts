import { daily } from './effects';

/** Started by the Schedule `statements`, never twice at once. */
export async function statementsWorkflow(): Promise<{ readonly statements: number }> {
  return { statements: await daily.makeStatements() };
}
