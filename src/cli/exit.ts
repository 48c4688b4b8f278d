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

/** Of a command that is called: where the user wanted that is taken, or no address of this machine. */
export const notListening = (at: { readonly host: string; readonly port: number }, error: Error): CommandEnd => {
  const { code = error.message } = error as NodeJS.ErrnoException;
  const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be listened at (${code})`;
  return wrongUsage(`${at.host}:${at.port} ${why}: choose another.`);
};
