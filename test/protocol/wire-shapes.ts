/** The shapes of PROTOCOL.md, written down once: what is required, what may be there, and that nothing else is. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

export const states = [
  'accepted',
  'notified',
  'verified',
  'partially_issued',
  'issued',
  'delivered',
  'undeliverable',
  'refused',
  'expired',
  'cancelled',
];
const closedReasons = [
  'verify_window',
  'issue_window',
  'issuer_refused',
  'issuer_cancelled',
  'operator_cancelled',
  'partially_issued',
];
const timelineEvents = [
  'accepted',
  'notice_sent',
  'notice_answered',
  'verification_judged',
  'code_requested',
  'code_request_answered',
  'codes_judged',
  'delivery_tried',
  'delivered',
  'closed',
  'event_sent',
];

const required = {
  issuerId: expect.stringMatching(/^[a-z0-9-]{1,64}$/),
  orderNo: expect.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}$/),
  state: expect.stringMatching(new RegExp(`^(${states.join('|')})$`)),
  product: { id: expect.any(String), name: expect.any(String) },
  quantity: expect.any(Number),
  amount: { value: expect.any(Number), currency: expect.stringMatching(/^[A-Z]{3}$/) },
  terminal: { channel: expect.stringMatching(/^(page|webhook|email|sms)$/), hint: expect.any(String) },
  codes: { issued: expect.any(Number), outstanding: expect.any(Number) },
  delivery: {
    state: expect.stringMatching(/^(none|pending|sent|delivered|opened|bounced|failed)$/),
    tries: expect.any(Number),
  },
  items: Object.fromEntries(
    ['issued', 'delivered', 'void', 'replaced', 'redeemed'].map((state) => [state, expect.any(Number)]),
  ),
  actions: expect.arrayContaining([]),
  createdAt: expect.stringMatching(instant),
  updatedAt: expect.stringMatching(instant),
  sequence: expect.any(Number),
};
const optional = {
  pickupUrl: expect.stringMatching(/^http.*\/p\/[A-Za-z0-9_-]{22,}$/),
  verifyBy: expect.stringMatching(instant),
  issueBy: expect.stringMatching(instant),
  closedReason: expect.stringMatching(new RegExp(`^(${closedReasons.join('|')})$`)),
  refundDue: { value: expect.any(Number), currency: expect.stringMatching(/^[A-Z]{3}$/) },
  refundSettled: { value: expect.any(Number), currency: expect.stringMatching(/^[A-Z]{3}$/) },
  metadata: expect.any(Object),
  payment: expect.any(Object),
};

type Fields = Record<string, unknown>;

/** Every required field, any optional one, and no other. */
export const expectOrder = (body: Fields): void => {
  const given = Object.fromEntries(Object.entries(optional).filter(([field]) => field in body));
  expect(body).toEqual({ ...required, ...given });
};

export const expectTimeline = (body: { data: { at: string; event: string; detail: object }[] }): void => {
  expect(Object.keys(body)).toEqual(['data']);
  for (const entry of body.data) {
    expect(entry).toEqual({
      at: expect.stringMatching(instant),
      event: expect.stringMatching(new RegExp(`^(${timelineEvents.join('|')})$`)),
      detail: expect.any(Object),
    });
  }
};

export const anInstant = (): unknown => expect.stringMatching(instant);
