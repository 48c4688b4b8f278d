/** What a script decides by; docs/cli.md tells of them. */
export const exitCodes = { ok: 0, refused: 1, wrongUsage: 2, unreachable: 3 } as const;

/** Ends the command with its own exit code and one message, without a stack. */
export class CommandEnd extends Error {
  constructor(
    readonly exitCode: (typeof exitCodes)[keyof typeof exitCodes],
    message: string,
  ) {
    super(message);
  }
}

export const wrongUsage = (message: string): CommandEnd => new CommandEnd(exitCodes.wrongUsage, message);
