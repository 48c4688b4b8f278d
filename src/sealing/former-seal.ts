import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { inOrder } from './canonical';

/** As `Date.toISOString` writes a time. */
const timeText = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Its JSON may be that of something else. */
const isAmbiguous = (value: unknown): boolean => {
  if (typeof value === 'string') return timeText.test(value);
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  if (types.isDate(value)) return Number.isNaN(value.getTime());
  if (value instanceof Uint8Array) return false;
  return 'toJSON' in value || ('type' in value && value.type === 'Buffer') || Object.values(value).some(isAmbiguous);
};

const formerText = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? inOrder(part) : part,
  );

/**
 * A digest of before seals told a time from its text. It counts where nothing in the row could be the JSON of something
 * else; what is written now has one of today.
 */
export const fitsFormerly = (content: unknown, digest: Uint8Array): boolean =>
  !isAmbiguous(content) && createHash('sha256').update(formerText(content)).digest().equals(digest);
