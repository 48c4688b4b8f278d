import { operatorActionEntries, type operatorActions } from '../operator-actions';

const others = {
  'console.signed_in': 'Signed in at the console',
  'console.sign_in_refused': 'Was refused at the sign-in of the',
  'console.signed_out': 'Signed out',
  'console.sessions_ended': 'Ended the console sessions of',
  'issuer.created': 'Created issuer',
  'issuer.changed': 'Changed issuer',
  'issuer.deleted': 'Deleted issuer',
  'issuer.secret_rotated': 'Rotated the secret of',
  'issuer.went_live': 'Let go live issuer',
  'issuer.host_check_asked': 'Asked whether a host is that of',
  'issuer.host_proved': 'Found a host to be that of',
  'issuer.conformance_begun': 'Began a conformance run of',
  'issuer.paused': 'Paused issuer',
  'issuer.resumed': 'Resumed issuer',
  'issuer.acted': 'Acted on its own page on',
  'portal.link_made': 'Made a link to the own page of',
  'portal.signed_in': 'Signed in at the own page of',
  'portal.signed_out': 'Signed out of the own page of',
  'portal.sessions_ended': 'Ended sessions at the own page of',
  'call.replayed': 'Sent again a call of',
  'order.terminal_asked': 'Asked for another terminal of',
  'order.terminal_revealed': 'Looked at the whole address that was asked for, of',
  'order.terminal_approved': 'Approved another terminal of',
  'order.terminal_refused': 'Refused another terminal of',
  'orders.searched': 'Searched an order by its code or link, of the',
  'audit.exported': 'Took out the',
  'orders.exported': 'Took out the',
  'refunds.exported': 'Took out the',
  'failures.exported': 'Took out the',
  'statement.exported': 'Took out a statement of',
  'orders.batch': 'Batch:',
  'settings.changed': 'Changed the settings of',
  'delivery_key.rotated': 'Rotated the delivery key of the',
  'rows.sealed': 'Took rows as they stood, and sealed them, of the',
  'keys.resealed': 'Sealed anew under the first master key, for the',
  'maintenance.began': 'Stopped new orders of the',
  'maintenance.ended': 'Took new orders again on the',
} as const;

/** What operators do to one order. */
type OrderDeed = (typeof operatorActions)[keyof typeof operatorActions]['audit'][0];
export type AuditAction = keyof typeof others | OrderDeed;

/** What an operator did, as what comes before its target. */
export const auditWords: Readonly<Record<string, string>> = {
  ...others,
  ...Object.fromEntries(operatorActionEntries.map(([, { audit }]) => audit)),
};

/** Told apart from what operators did once they were in. */
export const signInActions = [
  'console.signed_in',
  'console.sign_in_refused',
  'console.signed_out',
] as const satisfies readonly AuditAction[];

/** `asked` is written before the deed, one of the others after it: what has none was cut off in between. */
export const auditPhases = ['asked', 'done', 'refused', 'failed'] as const;
export type AuditPhase = (typeof auditPhases)[number];
