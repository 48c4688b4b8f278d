import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { issuerId } from '../arguments';
import { CommandEnd, exitCodes, wrongUsage } from '../exit';
import { addConformCommand } from './conform-command';
import { issuerCredentials, secretOf } from './issuer-credentials';
import { listen } from './listen';
import { findings, headersIn } from './verify-signature';

export interface IssuerParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Ends what goes on until it is ended. */
  readonly signal: AbortSignal;
}

const address = (text: string): string => {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('It must be an address, such as http://localhost:3000/callback.');
};

const fileBytes = (path: string): Buffer => {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch {
    throw wrongUsage(`${path} cannot be read`);
  }
};

/** For the developer of an issuer's server, with the issuer's own credentials. */
export const addIssuerCommands = (program: Command, { env, out, err, signal }: IssuerParts): void => {
  addConformCommand(program, { env, out, err, signal });

  program
    .command('listen')
    .description("an issuer's messages, fetched and brought to a server on this machine, and its answers back")
    .requiredOption('--forward <url>', "your server's callback address", address)
    .option('--issuer <issuer>', 'its id (or CODEFERRY_ISSUER)', issuerId)
    .action(({ forward, issuer }: { forward: string; issuer?: string }, self: Command) => {
      const { url } = self.optsWithGlobals<{ url?: string }>();
      const credentials = issuerCredentials(env, { ...(url ? { url } : {}), ...(issuer ? { issuer } : {}) });
      return listen({ credentials, forwardTo: forward, out, signal });
    });

  program
    .command('verify-signature')
    .description('what is wrong with a signed request of your own: clock, key or bytes; nothing is sent')
    .requiredOption('--headers <file>', 'its headers, a line each, as `curl -v` prints them')
    .option('--body <file>', 'its body, byte for byte; - is the standard input')
    .option('--request <line>', 'of a request without a body: "GET /v1/issuers/…"')
    .action(({ headers, body, request }: { headers: string; body?: string; request?: string }) => {
      const [method, target] = request?.split(' ') ?? [];
      if ((body === undefined) === (target === undefined)) throw wrongUsage('Give --body, or --request "GET /…"');
      const given = headersIn(fileBytes(headers).toString());
      const found = findings(
        {
          id: given.get('webhook-id') ?? '',
          timestamp: given.get('webhook-timestamp') ?? '',
          signature: given.get('webhook-signature') ?? '',
          ...(body === undefined ? { method: method ?? '', target: target ?? '' } : { body: fileBytes(body) }),
        },
        secretOf(env),
        Date.now(),
      );
      out(found.map(({ text }) => text).join('\n'));
      if (found.some(({ isRight }) => !isRight)) throw new CommandEnd(exitCodes.refused, 'The signature is wrong.');
    });
};
