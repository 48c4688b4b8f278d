import type { PayloadJson } from '../../src/sealing/payload-json';

/** A field of a payload or of a failure, and what it holds. */
export type Leaf = readonly [path: string, value: unknown];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const payloadsIn = (value: unknown): PayloadJson[] => {
  if (!isObject(value)) return [];
  if ('metadata' in value && 'data' in value) return [value as PayloadJson];
  return Object.values(value).flatMap(payloadsIn);
};

/** What the SDK says of a failure stands beside payloads, as it is. */
const failureLeaves = (value: unknown): Leaf[] => {
  if (!isObject(value)) return [];
  const own = Object.entries(value).filter(([name]) => 'source' in value && /^(message|stackTrace)$/.test(name));
  return [...own.map(([name, text]): Leaf => [`.${name}`, text]), ...Object.values(value).flatMap(failureLeaves)];
};

export const leaves = (value: unknown, path = ''): Leaf[] => {
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, `${path}[]`));
  if (!isObject(value)) return [[path, value]];
  return Object.entries(value).flatMap(([field, one]) => leaves(one, `${path}.${field}`));
};

const plain = ({ data }: PayloadJson): unknown[] => {
  const text = Buffer.from(data ?? '', 'base64').toString();
  return text === '' ? [] : [JSON.parse(text)];
};

/**
 * All that payloads and failures of a history hold, as the engine's JSON writes it.
 *
 * @throws SyntaxError on a payload that is sealed.
 */
export const toldBy = (historyJson: unknown): Leaf[] => [
  ...payloadsIn(historyJson)
    .flatMap(plain)
    .flatMap((one) => leaves(one)),
  ...failureLeaves(historyJson),
];

/** What an order's workflow may know: references, numbers and words of closed lists. A field is added here on purpose. */
const numbersOnly =
  /(Ms|Value|Sequence|sequence|version|issued|outstanding|quantity|tries|attempt|n|seq|seconds|nanos|failures|renotifications|redeliveries)$/;
const fields: Readonly<Record<string, RegExp>> = {
  // Names that the issuer gave, by which the order is found.
  ...named(/^[\w-]{32}$/, 'replayId'),
  ...named(/^[\w./:-]{1,200}$/, 'issuerId', 'orderNo', 'itemId', 'itemIds[]', 'submissionId'),
  // References to what MongoDB holds.
  ...named(/^[\w./-]{1,120}$/, 'ref', 'textRef', 'call', 'key', 'fingerprint', 'valueFingerprint', 'callsOutQueue'),
  // Words of closed lists.
  ...named(/^[a-z0-9_.]{1,40}$/, 'by', 'channel', 'closedReason', 'code', 'codeMode', 'event', 'kind', 'problem'),
  ...named(/^[a-z0-9_.]{1,40}$/, 'reason', 'state', 'verdict'),
  ...named(/^[a-z]{1,20}(, [a-z]{1,20})*$/, 'secretsSet', 'secretsSet[]', 'secretsDropped', 'secretsDropped[]'),
  ...named(/^[A-Z]{3}$/, 'currency', 'givenCurrency'),
  ...named(
    /^(true|false|null|[0-9]+)$/,
    'isAnswered',
    'isHeld',
    'hasFailed',
    'isNew',
    'isOver',
    'isRightToken',
    'short',
    'accepted',
    'codes',
    'fresh',
  ),
  ...named(/^[0-9]+$/, 'refundDue', 'voidAtClose', 'value', 'ended', 'ledger', 'items', 'codeRequests'),
  // What one pass of the reconciler did.
  ...named(/^[0-9]+$/, 'alertsCleared', 'alertsRaised', 'alertsSent', 'cancelled', 'codesJudged', 'eventsStarted'),
  ...named(
    /^[0-9]+$/,
    'inboxJudged',
    'purged',
    'resumed',
    'started',
    'testsDeleted',
    'tooOld',
    'viewsRefreshed',
    'voidsAsked',
    'afterSalesStarted',
  ),
  ...named(/^[0-9]+$/, 'statements', 'findings'),
  // The engine's own, of local activities.
  ...named(/^[\w ]*$/, 'activity_id', 'activity_type', 'backoff', 'reused'),
  // Names of patches, of their markers and in the search attribute that the engine keeps of them.
  ...named(/^(last-call|told-while-undeliverable|end-written-whole)$/, 'id', '[]'),
  deprecated: /^(true|false)$/,
  // Of failures: closed words alone, and never where in the code.
  ...named(/^(try [0-9]+ of|delivery try [0-9]+:) [a-z0-9_: ]+$|^[a-z_]+$|^[A-Z][a-z ]+$/, 'message'),
  stackTrace: /^$/,
  // Summaries for the Temporal UI, and search attributes, which stand in the clear.
  '': /^[\w .,:"*()/-]{1,200}$/,
};

function named(values: RegExp, ...names: string[]): Record<string, RegExp> {
  return Object.fromEntries(names.map((name) => [name, values]));
}

export const isAllowed = ([path, value]: Leaf): boolean => {
  const field = path.slice(path.lastIndexOf('.') + 1);
  if (numbersOnly.test(field) && typeof value === 'number') return true;
  return fields[field]?.test(String(value)) ?? false;
};
