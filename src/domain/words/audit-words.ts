/** What an operator did, as what comes before its target. */
export const auditWords = {
  'console.signed_in': 'Signed in at the console',
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
  'order.cancelled': 'Cancelled',
  'order.extended': 'Extended the window of',
  'order.codes_voided': 'Declared void the codes of',
  'order.completed': 'Ended short',
  'order.item_redeemed': 'Redeemed a code of',
  'order.item_reversed': 'Took back a redemption of',
  'orders.batch': 'Batch:',
  'settings.changed': 'Changed the settings of',
  'delivery_key.rotated': 'Rotated the delivery key of the',
  'keys.resealed': 'Sealed anew under the first master key, for the',
  'maintenance.began': 'Stopped new orders of the',
  'maintenance.ended': 'Took new orders again on the',
} as const;

export type AuditAction = keyof typeof auditWords;
