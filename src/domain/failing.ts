import type { ListedFacts } from './items';
import type { TimelineEntry, UnreadField } from './messages';

/** What keeps an order from going on, as its issuer is told. */
export const failureKinds = [
  'not_notified',
  'not_answered',
  'answer_unreadable',
  'undeliverable',
  'event_given_up',
  'void_undecided',
] as const;
export type FailureKind = (typeof failureKinds)[number];

export interface OrderFailure {
  readonly kind: FailureKind;
  readonly sinceMs: number;
  /** Of the last answer that had one. */
  readonly lastStatus?: number;
  readonly errors?: readonly UnreadField[];
}

/** What a row knows of it; of the timeline the newest lines. */
export interface FailingRow {
  readonly facts: ListedFacts;
  readonly timeline: readonly TimelineEntry[];
  readonly bouncedAt?: Date;
  readonly deliveryFailedAt?: Date;
  readonly eventsGivenUpAt?: Date;
  readonly voidWaits?: { readonly state: 'open' | 'undecided'; readonly at: Date };
}

/** All that is wrong with an order now. */
export const failuresOf = (row: FailingRow): OrderFailure[] => [
  ...callFailures(row),
  ...deliveryFailures(row),
  ...(row.eventsGivenUpAt
    ? [{ kind: 'event_given_up' as const, sinceMs: row.eventsGivenUpAt.getTime(), ...statusOf(row, 'event_sent') }]
    : []),
  ...(row.voidWaits?.state === 'undecided'
    ? [{ kind: 'void_undecided' as const, sinceMs: row.voidWaits.at.getTime() }]
    : []),
];

/** Since the first of the failed attempts that nothing has come between. */
export const callFailures = ({ facts, timeline }: FailingRow): OrderFailure[] => {
  const isNotice = facts.state === 'accepted';
  if (!isNotice && facts.state !== 'verified' && facts.state !== 'partially_issued') return [];
  const answered = isNotice ? 'notice_answered' : 'code_request_answered';
  const attempts = timeline.filter(({ event }) => event === answered);
  const last = attempts.at(-1);
  const sinceMs = failingSinceMs(attempts);
  if (!last || sinceMs === undefined) return [];
  const { status, errors } = last.detail;
  const lastStatus = typeof status === 'number' ? { lastStatus: status } : {};
  if (isNotice) return [{ kind: 'not_notified', sinceMs, ...lastStatus }];
  const isRead = typeof status === 'number' && status >= 200 && status < 300;
  if (!isRead) return [{ kind: 'not_answered', sinceMs, ...lastStatus }];
  return [{ kind: 'answer_unreadable', sinceMs, ...lastStatus, ...(Array.isArray(errors) ? { errors } : {}) }];
};

const failingSinceMs = (attempts: readonly TimelineEntry[]): number | undefined =>
  attempts[attempts.findLastIndex(({ detail }) => detail.ok !== false) + 1]?.atMs;

/** Since its terminal took nothing any more, whatever changed of the order afterwards. */
export const undeliveredSinceMs = ({ facts, timeline }: Pick<FailingRow, 'facts' | 'timeline'>): number =>
  failingSinceMs(timeline.filter(({ event }) => event === 'delivery_tried')) ?? facts.updatedAtMs;

const deliveryFailures = (row: FailingRow): OrderFailure[] => {
  const { state, delivery } = row.facts;
  const isFailed = state === 'undeliverable' || (state === 'delivered' && delivery.state === 'failed');
  const since = row.bouncedAt ?? (isFailed ? undefined : row.deliveryFailedAt);
  if (!isFailed && !since) return [];
  const sinceMs = since?.getTime() ?? undeliveredSinceMs(row);
  return [{ kind: 'undeliverable', sinceMs, ...statusOf(row, 'delivery_tried') }];
};

const statusOf = ({ timeline }: FailingRow, event: TimelineEntry['event']): { readonly lastStatus?: number } => {
  const last = timeline.findLast((line) => line.event === event && typeof line.detail.status === 'number');
  return typeof last?.detail.status === 'number' ? { lastStatus: last.detail.status } : {};
};
