import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyRing } from '../../src/sealing/key-ring';
import { createPayloadCodec } from '../../src/sealing/payload-codec';
import { createDecodePayloads, type PayloadJson } from '../../src/sealing/payload-json';
import { recordedNames, recordingKey } from './histories';

const decode = createDecodePayloads(createPayloadCodec(createKeyRing([recordingKey])));

const payloadsIn = (value: unknown): PayloadJson[] => {
  if (typeof value !== 'object' || value === null) return [];
  if ('metadata' in value && 'data' in value) return [value as PayloadJson];
  return Object.values(value).flatMap(payloadsIn);
};

const opened = async (name: string): Promise<unknown[]> => {
  const history = JSON.parse(readFileSync(join(__dirname, 'histories', `${name}.json`), 'utf8'));
  const texts = (await decode(payloadsIn(history))).map(({ data }) => Buffer.from(data ?? '', 'base64').toString());
  return texts.filter((text) => text !== '').map((text) => JSON.parse(text));
};

const leaves = (value: unknown, path: string): [string, unknown][] => {
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([field, one]) => leaves(one, `${path}.${field}`));
};

/** What an order's workflow may know: references, numbers and words of closed lists. A field is added here on purpose. */
const numbersOnly =
  /(Ms|Value|Sequence|sequence|version|issued|outstanding|quantity|tries|attempt|n|seq|seconds|nanos|failures|renotifications)$/;
const fields: Readonly<Record<string, RegExp>> = {
  // Names that the issuer gave, by which the order is found.
  ...named(/^[\w./:-]{1,200}$/, 'issuerId', 'orderNo', 'itemId', 'itemIds[]', 'submissionId'),
  // References to what MongoDB holds.
  ...named(/^[\w./-]{1,120}$/, 'ref', 'textRef', 'key', 'fingerprint', 'valueFingerprint', 'callsOutQueue'),
  // Words of closed lists.
  ...named(/^[a-z0-9_.]{1,40}$/, 'by', 'channel', 'closedReason', 'code', 'codeMode', 'event', 'kind', 'problem'),
  ...named(/^[a-z0-9_.]{1,40}$/, 'reason', 'state', 'verdict'),
  ...named(/^[A-Z]{3}$/, 'currency', 'givenCurrency'),
  ...named(/^(true|false|null|[0-9]+)$/, 'isHeld', 'isNew', 'isRightToken', 'short', 'accepted', 'codes', 'fresh'),
  ...named(/^[0-9]+$/, 'refundDue', 'voidAtClose', 'value'),
  // What one pass of the reconciler did.
  ...named(/^[0-9]+$/, 'alertsCleared', 'alertsRaised', 'alertsSent', 'cancelled', 'codesJudged', 'eventsStarted'),
  ...named(/^[0-9]+$/, 'inboxJudged', 'purged', 'resumed', 'started', 'tooOld', 'viewsRefreshed'),
  // The engine's own, of local activities.
  ...named(/^[\w ]*$/, 'activity_id', 'activity_type', 'backoff', 'reused'),
  ...named(/^attempt [0-9]+ of [a-z ]+: [a-z0-9_]+$|^try [0-9]+ of [a-z ]+: [a-z0-9_]+$/, 'message'),
  stack_trace: /^ApplicationFailure: try [0-9]+ of [a-z ]+: [a-z0-9_]+(\n {4}at [^\n]+)*$/,
  // Summaries for the Temporal UI, and search attributes, which stand in the clear.
  '': /^[\w .,:"*()/-]{1,200}$/,
};

function named(values: RegExp, ...names: string[]): Record<string, RegExp> {
  return Object.fromEntries(names.map((name) => [name, values]));
}

const isAllowed = ([path, value]: [string, unknown]): boolean => {
  const field = path.slice(path.lastIndexOf('.') + 1);
  if (numbersOnly.test(field) && typeof value === 'number') return true;
  return fields[field]?.test(String(value)) ?? false;
};

test.each(recordedNames())('the history "%s" holds references, numbers and closed words alone', async (name) => {
  const found = (await opened(name)).flatMap((one) => leaves(one, ''));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((leaf) => !isAllowed(leaf))).toEqual([]);
});

test('an address, a token and the words of a person would be found', () => {
  const leaked = {
    terminal: { address: 'ann@example.org' },
    tokenHash: 'x',
    reason: 'I changed my mind',
    kind: 'cancel',
  };
  expect(leaves(leaked, '').filter((leaf) => !isAllowed(leaf))).toEqual([
    ['.terminal.address', 'ann@example.org'],
    ['.tokenHash', 'x'],
    ['.reason', 'I changed my mind'],
  ]);
});
