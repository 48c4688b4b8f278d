import { Argument, Command, Option } from 'commander';
import { modeOf, modes } from '../domain/ids';
import { operatorActionEntries } from '../domain/operator-actions';
import { orderStates } from '../domain/order';
import { windowSecondsRange } from '../domain/timings';
import { auditPhases } from '../domain/words/audit-words';
import {
  asPhrase,
  callback,
  callId,
  issuerId,
  optionName,
  optionOf,
  orderName,
  type TerminalArgument,
  terminal,
  wholeNumber,
} from './arguments';
import { CommandEnd, exitCodes, wrongUsage } from './exit';
import type { Found } from './find-platform';
import { plain } from './plain-text';
import { type ApiAnswer, type Call, type CallOptions, createCall } from './platform-call';
import * as shown from './shown';

export interface ProgramParts {
  readonly find: (url: string | undefined) => Found;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly timeout: number;
}

const timeoutSeconds = { min: 1, max: 120, usual: 15 };
const resealRoundsMax = 10;
const window = windowSecondsRange;

const problemText = ({ status, body }: ApiAnswer): string =>
  [
    `Refused: ${plain(body.code)} (${status}) ${plain(body.detail ?? body.title)}`,
    ...(body.errors ?? []).map((error: ApiAnswer['body']) => `  ${plain(error.path)}: ${plain(error.message)}`),
    ...(body.retryable === true ? ['  The same command again can help.'] : []),
  ].join('\n');

/** The whole command line: what can be asked, what is sent for it and how the answer is shown. */
export const createProgram = ({ find, out, err }: ProgramParts): Command => {
  const program = new Command('codeferry');

  const ask = async (
    command: Command,
    method: 'GET' | 'POST',
    path: string,
    options: CallOptions,
    show: (body: ApiAnswer['body']) => string,
  ): Promise<ApiAnswer['body']> => {
    const { json, url, timeout } = command.optsWithGlobals<GlobalOptions>();
    const call: Call = createCall(() => find(url), timeout * 1_000);
    const answer = await call(method, path, options);
    const isProblem = answer.status >= 400 && typeof answer.body.code === 'string';
    if (json) out(answer.text);
    else if (!isProblem) out(show(answer.body));
    if (isProblem) throw new CommandEnd(exitCodes.refused, problemText(answer));
    if (answer.status >= 400) throw new CommandEnd(exitCodes.refused, `The platform answered ${answer.status}`);
    return answer.body;
  };

  /** Until a whole round finds nothing under an old key: what was written meanwhile is found by the next one. */
  const reseal = async (command: Command): Promise<void> => {
    for (let round = 1; round <= resealRoundsMax; round += 1) {
      const sum = { looked: 0, resealed: 0, left: 0, broken: 0 };
      let cursor: string | undefined;
      do {
        const part = await ask(command, 'POST', '/v1/operator/keys/reseal', { body: { cursor } }, shown.resealed);
        for (const name of ['looked', 'resealed', 'left', 'broken'] as const) sum[name] += part[name];
        cursor = part.nextCursor;
      } while (cursor !== undefined);
      if (sum.broken > 0) throw new CommandEnd(exitCodes.refused, shown.stillBroken(sum));
      if (sum.resealed + sum.left > 0) continue;
      if (!command.optsWithGlobals<GlobalOptions>().json) out(shown.allResealed(sum));
      return;
    }
    throw new CommandEnd(
      exitCodes.refused,
      'Something is still sealed under an old key: does every process have the new one first?',
    );
  };

  /** Which channels there are is the platform's to say: what it does not offer is wrong usage, before anything is changed. */
  const terminalBody = async (command: Command, { channel, address }: TerminalArgument): Promise<object> => {
    const { url, timeout } = command.optsWithGlobals<GlobalOptions>();
    const { status, body } = await createCall(() => find(url), timeout * 1_000)('GET', '/v1/operator/channels');
    if (status >= 400) throw new CommandEnd(exitCodes.refused, problemText({ status, text: '', body }));
    const offered = body.data as { channel: string; address?: { field: string } }[];
    const chosen = offered.find((one) => one.channel === channel);
    if (chosen && (chosen.address === undefined) === (address === undefined)) {
      return { channel, ...(chosen.address ? { [chosen.address.field]: address } : {}) };
    }
    const forms = offered.map((one) =>
      one.address ? `${one.channel}:${one.address.field.toUpperCase()}` : one.channel,
    );
    throw wrongUsage(`A terminal of this platform is one of: ${plain(forms.join(', '))}`);
  };

  const withTerminal = async <T extends { terminal?: TerminalArgument }>(
    command: Command,
    { terminal: given, ...rest }: T,
  ) => ({
    ...rest,
    ...(given ? { terminal: await terminalBody(command, given) } : {}),
  });

  program
    .description('Sees and changes orders, issuers and keys over the operator API.')
    .option('--url <url>', 'the platform (or CODEFERRY_URL; otherwise that of `npm start` in this project)')
    .option('--json', "print the api's answer as it came")
    .addOption(
      new Option('--timeout <seconds>', 'longest wait for the answer')
        .argParser(wholeNumber(timeoutSeconds.min, timeoutSeconds.max))
        .default(timeoutSeconds.usual),
    )
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', `\nThe operator token is read from CODEFERRY_TOKEN.\n${exitCodesText}`)
    .exitOverride()
    .configureOutput({ writeOut: (text) => out(text.trimEnd()), writeErr: (text) => err(text.trimEnd()) });

  const paged = (command: Command): Command =>
    command
      .option('--limit <n>', 'how many at most, 1 to 100', wholeNumber(1, 100))
      .option('--cursor <cursor>', 'go on where a list said that there are more');

  const listed = (command: Command): Command =>
    paged(command).addOption(
      new Option('--mode <mode>', 'test: of test issuers, which stand apart').choices([...modes]),
    );

  const pageQuery = ({ limit, cursor }: { limit?: number; cursor?: string }) => ({ limit: limit?.toString(), cursor });

  const orders = program.command('orders').description('orders');
  listed(
    orders
      .command('list')
      .description('newest first')
      .option('--issuer <issuer>', 'of this issuer', issuerId)
      .addOption(new Option('--state <state>', 'in this state').choices([...orderStates]))
      .option('--begins <text>', 'whose number begins so'),
  ).action((given, command: Command) =>
    ask(
      command,
      'GET',
      '/v1/operator/orders',
      {
        query: {
          issuerId: given.issuer,
          mode: given.mode ?? (given.issuer && modeOf(given.issuer)),
          state: given.state,
          q: given.begins,
          ...pageQuery(given),
        },
      },
      shown.orderList,
    ),
  );

  const order = (name: string, description: string): Command =>
    orders
      .command(name)
      .description(description)
      .addArgument(new Argument('<order>', 'ISSUER/ORDER-NO').argParser(orderName));

  const see = (name: string, description: string, rest: string, show: (body: ApiAnswer['body']) => string): Command =>
    order(name, description).action((id: string, _given, command: Command) =>
      ask(command, 'GET', `/v1/operator/orders/${id}${rest}`, {}, show),
    );
  see('show', 'one order', '', shown.orderFacts);
  see('why', 'why it has no code yet, and what to do', '/why', shown.why);
  see('timeline', 'every try and answer', '/timeline', shown.timeline);

  for (const [action, { command: name = action, help, fields = [] }] of operatorActionEntries) {
    const command = order(name, asPhrase(help));
    for (const field of fields) command.addOption(optionOf(field));
    if (action === 'redeliver') {
      command.option(
        '--terminal <terminal>',
        'elsewhere, while it is undeliverable: CHANNEL or CHANNEL:ADDRESS, as `codeferry channels` lists them',
        terminal,
      );
    }
    command.action(async (id: string, given: { terminal?: TerminalArgument }, self: Command) => {
      const values = await withTerminal(self, given);
      const body = Object.fromEntries(
        Object.entries(values).map(([option, value]) => [
          fields.find((field) => optionName(field) === option)?.name ?? option,
          value,
        ]),
      );
      await ask(self, 'POST', `/v1/operator/orders/${id}/${action}`, { body }, shown.orderFacts);
    });
  }

  const issuers = program.command('issuers').description('issuers');
  listed(issuers.command('list').description('by id')).action((given, command: Command) =>
    ask(command, 'GET', '/v1/operator/issuers', { query: { mode: given.mode, ...pageQuery(given) } }, shown.issuerList),
  );
  const issuer = (name: string, description: string): Command =>
    issuers.command(name).description(description).addArgument(new Argument('<issuer>', 'its id').argParser(issuerId));
  issuer('show', 'one issuer').action((id: string, _given, command: Command) =>
    ask(command, 'GET', `/v1/operator/issuers/${id}`, {}, shown.issuerFacts),
  );
  issuer('create', 'make an issuer; its secret is printed this once')
    .requiredOption('--name <name>', 'for people')
    .requiredOption('--callback <url>', 'where it is called, or function:NAME, or pull', callback)
    .addOption(
      new Option('--code-mode <mode>', 'whether it is asked for codes or pushes them')
        .choices(['request', 'push'])
        .makeOptionMandatory(),
    )
    .option(
      '--terminal <terminal>',
      'for orders that name none: CHANNEL or CHANNEL:ADDRESS, as `codeferry channels` lists them',
      terminal,
    )
    .option(
      '--verify-window-seconds <n>',
      'how long an order waits to be verified',
      wholeNumber(window.min, window.max),
    )
    .option('--issue-window-seconds <n>', 'how long it then waits for codes', wholeNumber(window.min, window.max))
    .option('--public-key <key>', 'whpk_..., when it signs by ed25519')
    .option('--call-timeout-seconds <n>', 'how long it may take for a callback, 8 when left out', wholeNumber(1, 30))
    .option('--orders-per-second <n>', 'new orders that one api takes of it', wholeNumber(1, 10_000))
    .action(async (id: string, given, command: Command) => {
      const body = { issuerId: id, ...(await withTerminal(command, given)) };
      await ask(command, 'POST', '/v1/operator/issuers', { body }, shown.newIssuer);
    });
  for (const [action, description] of [
    ['pause', 'take no new orders of it, hold its callbacks and windows'],
    ['resume', 'end the pause'],
  ] as const) {
    issuer(action, description).action((id: string, _given, command: Command) =>
      ask(command, 'POST', `/v1/operator/issuers/${id}/${action}`, { body: {} }, shown.issuerFacts),
    );
  }
  issuer('go-live', 'let it sell, where new issuers are not live')
    .requiredOption('--reason <text>', 'why')
    .action((id: string, { reason }: { reason: string }, command: Command) =>
      ask(command, 'POST', `/v1/operator/issuers/${id}/go-live`, { body: { reason } }, shown.issuerFacts),
    );
  issuer('rotate-secret', 'make a new secret, printed this once; the old one lives for 24 hours')
    .option('--end-old-now', 'end the old one at once')
    .action((id: string, given, command: Command) =>
      ask(command, 'POST', `/v1/operator/issuers/${id}/secret`, { body: { ...given } }, shown.newSecret),
    );
  issuer('calls', 'its newest calls, and ours to it')
    .option('--failed', 'only failed ones')
    .option('--limit <n>', 'how many at most, 1 to 100', wholeNumber(1, 100))
    .action((id: string, { failed, limit }: { failed?: true; limit?: number }, self: Command) =>
      ask(
        self,
        'GET',
        `/v1/operator/issuers/${id}/calls`,
        { query: { failed: failed && 'true', limit: limit?.toString() } },
        shown.callList,
      ),
    );
  const call = (name: string, description: string): Command =>
    issuer(name, description).addArgument(new Argument('<call>', 'as `issuers calls` names it').argParser(callId));
  call('call', 'one call with its bodies, everything secret masked').action(
    (id: string, named: string, _given, self: Command) =>
      ask(self, 'GET', `/v1/operator/issuers/${id}/calls/${named}`, {}, shown.callFacts),
  );
  call('replay', 'send a call of the platform again').action((id: string, named: string, _given, self: Command) =>
    ask(self, 'POST', `/v1/operator/issuers/${id}/calls/${named}/replay`, { body: {} }, shown.replayed),
  );

  program
    .command('channels')
    .description('the channels that this platform delivers by')
    .action((_given, command: Command) => ask(command, 'GET', '/v1/operator/channels', {}, shown.channelList));

  const keys = program.command('keys').description("the platform's own keys");
  keys
    .command('show')
    .description('the public keys of deliveries to webhook terminals, newest first')
    .action((_given, command: Command) => ask(command, 'GET', '/v1/operator/keys/delivery', {}, shown.deliveryKeys));
  keys
    .command('rotate')
    .description('make a new key for deliveries; the old one signs too for 24 hours')
    .option('--end-old-now', 'end the old one at once')
    .action((given, command: Command) =>
      ask(command, 'POST', '/v1/operator/keys/delivery', { body: { ...given } }, shown.newDeliveryKey),
    );
  keys
    .command('reseal')
    .description('after a new MASTER_KEY: seal all that the database keeps anew under the first key')
    .action((_given, command: Command) => reseal(command));

  paged(
    program
      .command('failures')
      .description('what needs a person: undeliverable and stuck orders, events that were given up'),
  ).action((given, command: Command) =>
    ask(command, 'GET', '/v1/operator/failures', { query: pageQuery(given) }, shown.failureList),
  );
  program
    .command('compared')
    .description('in what issuers, database, engine and terminals differed at the newest daily look')
    .action((_given, command: Command) => ask(command, 'GET', '/v1/operator/comparison', {}, shown.comparison));
  const audit = program.command('audit').description('who changed what');
  paged(audit)
    .option('--actor <name>', 'what this operator did')
    .option('--action <action>', 'such as order.cancelled')
    .option('--target <target>', 'such as ISSUER/ORDER-NO')
    .addOption(new Option('--phase <phase>', 'instead of what was done').choices([...auditPhases, 'any']))
    .addOption(new Option('--sign-ins <which>', 'into the console, refused ones too').choices(['only', 'without']))
    .action(({ actor, action, target, phase, signIns, ...given }, command: Command) =>
      ask(
        command,
        'GET',
        '/v1/operator/audit',
        { query: { actor, action, target, phase, signIns, ...pageQuery(given) } },
        shown.auditList,
      ),
    );
  audit
    .command('check')
    .description('whether the chain of entries is as it was written')
    .action(async (_given, command: Command) => {
      for (let after = 0; ; ) {
        const query = { after: String(after) };
        const { broken, next } = await ask(command, 'GET', '/v1/operator/audit/check', { query }, shown.auditChecked);
        if (broken) throw new CommandEnd(exitCodes.refused, `Entry ${plain(broken.seq)} is ${plain(broken.why)}`);
        if (next === undefined) return;
        after = next;
      }
    });
  program
    .command('health')
    .description('whether the platform can do its work, and which part is away; needs no token')
    .action(async (_given, command: Command) => {
      const { parts } = await ask(command, 'GET', '/readyz', { open: true }, shown.health);
      if (parts?.workers === 'none') throw new CommandEnd(exitCodes.refused, shown.noWorker);
    });

  return program;
};

const exitCodesText = 'Exit codes: 0 done, 1 refused by the platform, 2 wrong usage, 3 the platform cannot be reached.';
