import type { TimelineEntry } from './messages';
import { dayMs } from './timings';

/** What a buyer may say is wrong with a code. */
export const reportReasons = ['not_accepted', 'already_used', 'wrong_product', 'unreadable', 'other'] as const;
export type ReportReason = (typeof reportReasons)[number];

export const reportTextMax = 500;
/** Of one link and UTC day. */
export const reportsPerDayMax = 5;
/** Nobody tells the platform that the buyer was helped. */
export const reportShownMs = 7 * dayMs;

const words: Readonly<Record<ReportReason, string>> = {
  not_accepted: 'is not accepted',
  already_used: 'was used already',
  wrong_product: 'is for something else',
  unreadable: 'cannot be read',
  other: 'does not work',
};

/** A line of the timeline as half a sentence. */
export const reportWords = ({ reason, itemId, text }: TimelineEntry['detail']): string =>
  `code ${itemId} ${words[reason as ReportReason] ?? 'does not work'}${text === undefined ? '' : `: \u201c${text}\u201d`}`;
