import { randomBytes } from 'node:crypto';
import { createIssuer } from '../../packages/issuer/src';
import { freePort } from '../../src/bounded/free-port';
import { CommandEnd, exitCodes } from '../../src/cli/exit';
import { conform } from '../../src/cli/issuer/conform';
import { type Scenario, type ScenarioResult, whyNotPlayed } from '../../src/conformance/scenario';
import { scenarios } from '../../src/conformance/scenarios';
import { type Fault, startIssuerUnderTest } from '../support/issuer-under-test';

/** The mistake by which each scenario was seen to fail. */
const faultOf: Readonly<Record<string, Fault>> = {
  'paid-verified': 'never-verifies',
  'order-number': 'number-escaped',
  'amount-zero': 'zero-missing',
  'amount-large': 'floating-point',
  'text-unicode': 'ascii-body',
  'metadata-full': 'small-bodies',
  'quantity-many': 'one-piece',
  'unknown-fields': 'strict-fields',
  'unknown-event': 'strict-types',
  'every-event': 'strict-types',
  'unknown-order': 'known-orders',
  echo: 'strict-types',
  charset: 'strict-media-type',
  'byte-order-mark': 'no-byte-order-mark',
  'not-json': 'dies-of-garbage',
  'signature-old': 'no-time-check',
  'signature-ahead': 'no-time-check',
  'signature-clock-behind': 'strict-clock',
  'signature-clock-ahead': 'strict-clock',
  'signature-rotation-first': 'last-signature',
  'signature-rotation-second': 'first-signature',
  'signature-version-beside': 'known-versions',
  'signature-header-case': 'header-case',
  'paid-repeated': 'refuses-repeats',
  'paid-at-once': 'redirects-repeats',
  'paid-again': 'refuses-again',
  'paid-after-delivery': 'refuses-again',
  'event-repeated': 'refuses-repeats',
  'events-reordered': 'waits-in-order',
  'event-before-notice': 'forgets-after-event',
  'request-repeated': 'new-codes',
  'request-again': 'new-codes',
  'request-at-once': 'new-codes',
  'acknowledgement-unavailable': 'acknowledges-once',
  'paid-given-again': 'new-codes',
  'request-given-again': 'new-codes',
  'token-wrong': 'ignores-refusals',
  'amount-wrong': 'ignores-refusals',
  'quantity-wrong': 'asks-for-ever',
  'order-closed': 'ignores-refusals',
  'platform-unavailable': 'gives-up',
  'platform-unavailable-twice': 'gives-up',
  'retry-after': 'impatient',
  'answer-lost': 'gives-up',
  'answer-slow': 'short-patience',
  'answer-unknown-fields': 'strict-answers',
  'verified-once': 'verifies-thrice',
  'codes-one': 'too-many-codes',
  'codes-three': 'too-many-codes',
  'codes-many': 'all-in-one-call',
  'codes-unlike': 'one-value',
  'codes-after-verification': 'codes-first',
  'codes-partial': 'new-codes',
  'cancelled-while-asked': 'codes-for-ever',
  'cancelled-while-pushed': 'codes-for-ever',
  'codes-queued': 'new-id-each-time',
  'codes-unavailable': 'gives-up',
  'codes-answer-lost': 'codes-anew',
  'many-at-once': 'shared-place',
  'closing-answered': 'closing-malformed',
  'closing-crossing': 'closing-malformed',
  'void-answered': 'void-malformed',
  'void-repeated': 'void-undecided',
  'refund-due': 'strict-types',
  'answer-time': 'slow-answer',
  'answer-limit': 'no-answer',
  'answer-redirect': 'redirect',
  'answer-size': 'huge-answer',
  'answer-gone': 'gone',
};

/** It ends the whole run, so it is played alone. */
const stopsAll = 'fetch-unavailable';

const faultFor = (name: string): Fault => faultOf[name] ?? 'no-signature-check';
const played = async (
  codeMode: 'request' | 'push',
  callback: 'url' | 'pull',
  faultIn?: (scenario: string) => Fault | undefined,
  only?: readonly string[],
  start = startIssuerUnderTest,
): Promise<{ results: ScenarioResult[]; error?: unknown }> => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const issuerId = 'under-test';
  let platformUrl = '';
  const issuer = await start({
    ...{ issuerId, secret, codeMode, fetches: callback === 'pull' },
    platformUrl: () => platformUrl,
    ...(faultIn ? { faultIn } : {}),
  });
  let text = '';
  try {
    const error = await conform({
      ...{ secret, issuerId, codeMode, only, json: true, signal: new AbortController().signal },
      url: callback === 'url' ? issuer.url : undefined,
      listen: { host: '127.0.0.1', port: 0 },
      limits: {
        patienceMs: callback === 'url' ? 5_000 : start === startIssuerUnderTest ? 8_000 : 20_000,
        quietMs: 400,
        leaseMs: 4_000,
      },
      // Whoever fetches is waited for.
      atOnce: callback === 'url' ? 20 : 60,
      out: (line) => {
        text = line;
      },
      err: (line) => {
        platformUrl = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
      },
    }).catch((thrown: unknown) => thrown);
    if (text === '') throw error;
    return { ...(JSON.parse(text) as { results: ScenarioResult[] }), error };
  } finally {
    await issuer.stop();
  }
};
const named = (results: ScenarioResult[], outcome: string): string[] =>
  results.filter((result) => result.outcome === outcome).map(({ name }) => name);

describe.each([
  ['request', 'url'],
  ['push', 'url'],
  ['request', 'pull'],
  ['push', 'pull'],
] as const)('an issuer of code mode %s and callback %s', (codeMode, callback) => {
  const isOwn = (one: Scenario) => whyNotPlayed(one, { codeMode, callback }) === undefined;
  const own = scenarios.filter(isOwn).map(({ name }) => name);

  test('that is right passes whole', async () => {
    const { results, error } = await played(codeMode, callback);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect([named(results, 'passed'), error]).toEqual([[...own, 'own-calls'], undefined]);
    const told = results.filter(({ why }) => why !== undefined).map(({ name }) => name);
    expect(told).toEqual(scenarios.filter((one) => !isOwn(one)).map(({ name }) => name));
  }, 60_000);

  test('fails each scenario by the mistake that it is there for', async () => {
    const faultIn = (slug: string) => {
      const name = own.filter((one) => one.startsWith(slug)).sort((a, b) => a.length - b.length)[0];
      return name === undefined ? undefined : faultFor(name);
    };
    const only = own.filter((name) => name !== stopsAll);
    const { results, error } = await played(codeMode, callback, faultIn, only);
    expect(named(results, 'passed')).toEqual([]);
    expect(error).toBeInstanceOf(CommandEnd);
  }, 120_000);
});

/** An issuer as one makes it with the package, that has no address. */
const startPackaged: typeof startIssuerUnderTest = async ({ platformUrl, issuerId, secret }) => {
  const stopping = new AbortController();
  const baseUrl = 'http://platform.test';
  const issuer = createIssuer({
    ...{ baseUrl, issuerId, secret, onError: () => undefined, onVoidRequested: () => ({ status: 'destroyed' }) },
    issue: ({ orderNo, missing }) => Array.from({ length: missing }, (_, n) => `${orderNo}-${missing}-${n}`),
    fetch: (input, init) => fetch(String(input).replace(baseUrl, platformUrl()), init),
  });
  const pulling = issuer.pull(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    issuer.stop();
    await pulling;
  };
  return { url: baseUrl, stop };
};

test.concurrent('an issuer that fetches and pushes, made with the package, passes whole', async () => {
  const { results, error } = await played('push', 'pull', undefined, undefined, startPackaged);
  expect([results.filter(({ outcome }) => outcome === 'failed'), error]).toEqual([[], undefined]);
}, 120_000);

test.concurrent('an issuer that fetches no more once a fetch has failed is found', async () => {
  const { results } = await played('request', 'pull', () => 'stops-fetching', ['paid-verified', stopsAll]);
  expect([named(results, 'failed'), results[1]?.problem]).toEqual([[stopsAll], expect.stringContaining('not_fetched')]);
}, 60_000);

describe('a server that was started otherwise than the run', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const other = `whsec_${randomBytes(32).toString('base64')}`;

  /** What is told beside the scenarios, and how the run ends. */
  const toldOf = async (
    server: { secret: string; issuerId: string; isPointedHere: boolean; fetches?: boolean },
    url?: string,
    only: readonly string[] = ['paid-verified'],
  ) => {
    let platformUrl = '';
    const issuer = await startIssuerUnderTest({ ...server, codeMode: 'request', platformUrl: () => platformUrl });
    // Something that answers, and is no platform.
    platformUrl = issuer.url;
    const [out, err]: [string[], string[]] = [[], []];
    try {
      const error = await conform({
        ...{
          url: server.fetches ? undefined : (url ?? issuer.url),
          secret,
          issuerId: 'under-test',
          codeMode: 'request',
          json: false,
        },
        ...{ only, signal: new AbortController().signal },
        listen: { host: '127.0.0.1', port: 0 },
        limits: { patienceMs: 300, quietMs: 100, leaseMs: 100 },
        out: (line) => out.push(line),
        err: (line) => {
          if (server.isPointedHere && err.length === 0) platformUrl = /http:\S+:\d+/.exec(line)?.[0] ?? '';
          err.push(line);
        },
      }).catch((thrown: unknown) => thrown);
      if (!(error instanceof CommandEnd)) throw error;
      return { exitCode: error.exitCode, message: error.message, scenarios: out.length, told: err.slice(1) };
    } finally {
      await issuer.stop();
    }
  };
  const right = { secret, issuerId: 'under-test', isPointedHere: true };

  test('is not played against where nothing answers', async () => {
    const message = expect.stringContaining('gave no answer (connection_refused)');
    const nowhere = `http://127.0.0.1:${await freePort()}/callback`;
    expect(await toldOf(right, nowhere)).toEqual({ exitCode: exitCodes.unreachable, message, scenarios: 0, told: [] });
  });

  test('is not played against where it has another secret', async () => {
    const message = expect.stringContaining('start your server with the same one');
    const told = await toldOf({ ...right, secret: other });
    expect(told).toEqual({ exitCode: exitCodes.refused, message, scenarios: 0, told: [] });
  });

  test('is told last that its calls go to another platform, as soon as one was waited for in vain', async () => {
    const all = scenarios.map(({ name }) => name);
    const told = await toldOf({ ...right, isPointedHere: false }, undefined, all);
    expect(told.message).toMatch(/^Stopped: No call came to http:\S+: start your server with that as the address/);
    expect(told.scenarios).toBeLessThan(all.length / 3);
  });

  test('is told at once and last that it calls as another issuer', async () => {
    const { message, told } = await toldOf({ ...right, issuerId: 'acme' });
    const cause = 'Your server calls as the issuer acme: give --issuer acme.';
    expect([told, message]).toEqual([[cause], expect.stringMatching(new RegExp(`^\\d of \\d failed. ${cause}$`))]);
  });

  test('is waited for where it fetches, and told when nothing is fetched, or by another secret', async () => {
    const none = await toldOf({ ...right, isPointedHere: false, fetches: true });
    const message = expect.stringMatching(/^Nothing was fetched from http:\S+ within/);
    expect(none).toEqual({ exitCode: exitCodes.unreachable, message, scenarios: 0, told: [] });
    const refused = await toldOf({ ...right, secret: other, fetches: true });
    expect([refused.exitCode, refused.message, refused.scenarios]).toEqual([
      exitCodes.refused,
      expect.stringContaining('its signature is by another key'),
      0,
    ]);
  });

  test('is told nothing more where it is right', async () => {
    await expect(toldOf(right)).rejects.toBeUndefined();
  });
});
