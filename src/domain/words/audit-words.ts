/** What an operator did, as what comes before its target. */
export const auditWords = {
  'console.signed_in': 'Signed in at the console',
  'console.sign_in_refused': 'Was refused at the sign-in of the',
  'console.signed_out': 'Signed out',
  'console.sessions_ended': 'Ended the console sessions of',
  'issuer.created': 'Created issuer',
  'issuer.changed': 'Changed issuer',
  'issuer.deleted': 'Deleted issuer',
  'issuer.secret_rotated': 'Rotated the secret of',
  'issuer.paused': 'Paused issuer',
  'issuer.resumed': 'Resumed issuer',
  'call.replayed': 'Sent again a call of',
  'order.renotified': 'Told the issuer again of',
  'order.redelivered': 'Redelivered',
  'order.terminal_asked': 'Asked for another terminal of',
  'order.terminal_approved': 'Approved another terminal of',
  'order.terminal_refused': 'Refused another terminal of',
  'order.cancelled': 'Cancelled',
  'order.extended': 'Extended the window of',
  'order.codes_voided': 'Declared void the codes of',
  'order.refund_requested': 'Asked for a refund of',
  'order.refund_decided': 'Decided the refund of',
  'order.noted': 'Wrote a note on',
  'order.completed': 'Ended short',
  'order.item_redeemed': 'Redeemed a code of',
  'order.item_reversed': 'Took back a redemption of',
  'orders.searched': 'Searched an order by its code or link, of the',
  'audit.exported': 'Took out the',
  'orders.exported': 'Took out the',
  'statement.exported': 'Took out a statement of',
  'orders.batch': 'Batch:',
  'settings.changed': 'Changed the settings of',
  'delivery_key.rotated': 'Rotated the delivery key of the',
  'keys.resealed': 'Sealed anew under the first master key, for the',
  'maintenance.began': 'Stopped new orders of the',
  'maintenance.ended': 'Took new orders again on the',
} as const;

export type AuditAction = keyof typeof auditWords;

/** `asked` is written before the deed, one of the others after it: what has none was cut off in between. */
export const auditPhases = ['asked', 'done', 'refused', 'failed'] as const;
export type AuditPhase = (typeof auditPhases)[number];
