import { readFileSync } from 'node:fs';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { ProblemError } from '../../../packages/issuer/src/problem-error';
import { callback, issuerId, wholeNumber } from '../arguments';
import { CommandEnd, exitCodes, wrongUsage } from '../exit';
import { plain } from '../plain-text';
import { addConformCommand } from './conform-command';
import { type IssuerCredentials, type IssuerPlace, issuerCredentials } from './issuer-credentials';
import { listen } from './listen';
import { login, logout } from './login';
import { type MessageType, messageWays } from './message-ways';
import { prove } from './prove';
import { trigger } from './trigger';
import { findings, headersIn } from './verify-signature';

export interface IssuerParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Ends what goes on until it is ended. */
  readonly signal: AbortSignal;
}

const address = (text: string): string => {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('It must be an address, such as http://localhost:3000/callback.');
};

const messageId = (text: string): string => {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('A message is named by its webhook-id.');
};

const fileBytes = (path: string): Buffer => {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch {
    throw wrongUsage(`${path} cannot be read`);
  }
};

/** A refusal of the platform, as the command's own end. */
const asEnd = (error: unknown): never => {
  if (!(error instanceof ProblemError)) throw error;
  const { code, status, detail } = error;
  if (status === 0) throw new CommandEnd(exitCodes.unreachable, `The platform cannot be reached: ${plain(detail)}`);
  throw new CommandEnd(exitCodes.refused, `Refused: ${plain(code)} (${status}) ${plain(detail)}`);
};

/** For the developer of an issuer's server, with the issuer's own credentials. */
export const addIssuerCommands = (program: Command, { env, dataDir, out, err, signal }: IssuerParts): void => {
  addConformCommand(program, { env, dataDir, out, err, signal });

  const ofIssuer = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--issuer <issuer>', 'its id (or CODEFERRY_ISSUER, or that of `login`)', issuerId);
  const placeOf = (self: Command): IssuerPlace => ({ env, dataDir, ...self.optsWithGlobals<object>() });
  const credentialsOf = (self: Command): IssuerCredentials => issuerCredentials(placeOf(self));
  const limitMsOf = (self: Command): number => self.optsWithGlobals<{ timeout: number }>().timeout * 1_000;

  ofIssuer('login', 'makes a test issuer, or takes the one of the environment; the commands below then need no more')
    .option('--callback <url>', 'where the test issuer is called, or pull', callback, { kind: 'pull' })
    .addOption(
      new Option('--code-mode <mode>', 'whether it is asked for codes or pushes them')
        .choices(['request', 'push'])
        .default('request'),
    )
    .option('--new', 'another test issuer, though one like it is kept', false)
    .action(
      (
        { new: makesNew, ...given }: { callback: Record<string, string>; codeMode: string; new: boolean },
        self: Command,
      ) => login({ place: placeOf(self), ...given, makesNew, limitMs: limitMsOf(self), out }).catch(asEnd),
    );
  program
    .command('logout')
    .description('forgets the issuer of this platform on this machine')
    .action((_given: unknown, self: Command) => logout({ place: placeOf(self), out }));

  ofIssuer('listen', "an issuer's messages, fetched and brought to a server on this machine, and its answers back")
    .requiredOption('--forward <url>', "your server's callback address", address)
    .option('--replay <id>', 'this message first, once more, by its webhook-id', messageId)
    .action(({ forward, replay }: { forward: string; replay?: string }, self: Command) =>
      listen({ credentials: credentialsOf(self), forwardTo: forward, replay, out, signal }).catch(asEnd),
    );

  ofIssuer('trigger', "a test order that leads to this message, sent for real to the test issuer's server")
    .addArgument(new Argument('<message>', 'its type').choices(Object.keys(messageWays)))
    .option('--wait <seconds>', 'how long for your server to do its part', wholeNumber(1, 600), 30)
    .action((type: MessageType, { wait }: { wait: number }, self: Command) =>
      trigger({ credentials: credentialsOf(self), type, waitMs: wait * 1_000, out, signal }).catch(asEnd),
    );

  ofIssuer('prove', "whether the host of an issuer's callback is proved to be its own, and what to put there for it")
    .argument('[callback]', 'an address that is planned; left out: the one of today', address)
    .action((planned: string | undefined, _given: object, self: Command) =>
      prove({
        ...{ credentials: credentialsOf(self), planned, limitMs: limitMsOf(self), out, signal },
        json: Boolean(self.optsWithGlobals<{ json?: boolean }>().json),
      }),
    );

  ofIssuer('verify-signature', 'what is wrong with a signed request of your own: clock, key or bytes; nothing is sent')
    .requiredOption('--headers <file>', 'its headers, a line each, as `curl -v` prints them')
    .option('--body <file>', 'its body, byte for byte; - is the standard input')
    .option('--request <line>', 'of a request without a body: "GET /v1/issuers/…"')
    .action(({ headers, body, request }: { headers: string; body?: string; request?: string }, self: Command) => {
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
        env.CODEFERRY_ISSUER_SECRET || credentialsOf(self).secret,
        Date.now(),
      );
      out(found.map(({ text }) => text).join('\n'));
      if (found.some(({ isRight }) => !isRight)) throw new CommandEnd(exitCodes.refused, 'The signature is wrong.');
    });
};
