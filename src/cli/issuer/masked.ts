/** Numbers and words that say how an order goes; all else of a message or an answer may be a secret or a person's. */
const shownFields: ReadonlySet<string> = new Set([
  ...['type', 'timestamp', 'issuerId', 'orderNo', 'quantity', 'outstanding', 'currency', 'status', 'state'],
  ...[
    'verifyBy',
    'issueBy',
    'closesBy',
    'decideBy',
    'sequence',
    'at',
    'closedReason',
    'itemIds',
    'itemId',
    'requestId',
  ],
  ...['decision', 'by', 'format', 'redemptionId', 'channel'],
]);
const mask = '•••';

/** Deep: a string is shown where its field is known to hold no secret; numbers and booleans are. */
export const masked = (value: unknown, field = ''): unknown => {
  if (Array.isArray(value)) return value.map((one) => masked(one, field));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one, name)]));
  }
  if (typeof value === 'string') return shownFields.has(field) ? value : mask;
  return value;
};
