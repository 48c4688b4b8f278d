import type { CloseReason, DeliveryState, OrderState } from '../order';

/** One plain word for every state, for operators. */
export const stateWords: Readonly<Record<OrderState, string>> = {
  accepted: 'Accepted',
  notified: 'Notified',
  verified: 'Verified',
  partially_issued: 'Partly issued',
  issued: 'Issued',
  delivered: 'Delivered',
  undeliverable: 'Undeliverable',
  refused: 'Refused',
  expired: 'Expired',
  cancelled: 'Cancelled',
};

/** Of the newest message to the terminal. */
export const deliveryWords: Readonly<Record<DeliveryState, string>> = {
  none: 'not begun',
  pending: 'under way',
  sent: 'sent, not known to have arrived',
  delivered: 'delivered',
  opened: 'opened by the buyer',
  bounced: 'came back',
  failed: 'failed',
};

/** As what follows "because". */
export const closeReasonWords: Readonly<Record<CloseReason, string>> = {
  verify_window: 'the issuer did not verify it in time',
  issue_window: 'the issuer gave no code in time',
  issuer_refused: 'the issuer refused it',
  issuer_cancelled: 'the issuer cancelled it',
  operator_cancelled: 'an operator cancelled it',
  partially_issued: 'only a part of the codes came',
  completed_short: 'it was ended with the codes that had come',
  all_void: 'all of its codes were declared void',
};
