import { CommanderError } from 'commander';
import { CommandEnd, exitCodes } from './exit';
import { findPlatform } from './find-platform';
import { addIssuerCommands } from './issuer/commands';
import { addMcpCommand } from './mcp/command';
import { createProgram } from './program';

export interface RunParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  /** Of this program. */
  readonly version?: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Ends what goes on until it is ended. */
  readonly signal?: AbortSignal | undefined;
}

/** One command from its arguments to its exit code. */
export const run = async (
  words: readonly string[],
  { env, dataDir, version = '0.0.0', out, err, signal = new AbortController().signal }: RunParts,
): Promise<number> => {
  const find = (url: string | undefined) => findPlatform({ url, env, dataDir });
  const program = createProgram({ find, out, err });
  addIssuerCommands(program, { env, dataDir, out, err, signal });
  addMcpCommand(program, { env, dataDir, find, err, signal, version });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Commander has said by itself what is wrong with the arguments; a help that was asked for is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongUsage;
    if (!(error instanceof CommandEnd)) throw error;
    err(error.message);
    return error.exitCode;
  }
};
