import { z } from 'zod';
import { instant, issuerId, orderNo } from '../fields';
import { changedSecrets, maskedTerminal } from '../order';
import { noBody, pageOf, pageQuery } from '../query';
import { declareRoute } from '../route';
import { shownTerminal } from './issuers';
import { redeliverOrder } from './orders';

const base = '/v1/operator/approvals';

const approval = z
  .strictObject({
    approvalId: z.string(),
    issuerId,
    orderNo,
    action: z.literal('redeliver'),
    terminal: maskedTerminal.meta({ description: 'Where the codes are to go, masked' }),
    newLink: z.literal(true).optional().meta({ description: 'The pick-up link that the order has would end' }),
    ...changedSecrets,
    askedBy: z.string(),
    askedAt: instant,
    endsAt: instant,
    state: z.enum(['open', 'approved', 'refused', 'expired']),
    undone: z.literal(true).optional().meta({
      description: 'Approved, and not known to be done: until it ends the same decision again does it',
    }),
    decidedBy: z.string().optional(),
    decidedAt: instant.optional(),
  })
  .meta({
    id: 'Approval',
    examples: [
      {
        approvalId: 'c2FtcGxlLWFwcHJvdmFsLTE',
        issuerId: 'acme',
        orderNo: 'A-1',
        action: 'redeliver',
        terminal: { channel: 'webhook', hint: 'https://shop.example' },
        askedBy: 'ann',
        askedAt: '2026-01-01T00:00:00.000Z',
        endsAt: '2026-01-02T00:00:00.000Z',
        state: 'open',
      },
    ],
  });

export const listApprovals = declareRoute({
  method: 'get',
  path: base,
  name: 'listApprovals',
  who: 'viewer',
  summary: 'Changed terminals that wait for a second person, and those that were decided, newest first',
  query: pageQuery,
  answers: { 200: { says: 'A page of approvals', body: pageOf(approval).meta({ id: 'ApprovalPage' }) } },
  problems: [],
});

/** A POST, as it is written down who looked. */
export const revealApproval = declareRoute({
  method: 'post',
  path: `${base}/{approvalId}/reveal`,
  name: 'revealApproval',
  who: 'operator',
  summary: 'The whole address that waits for approval, for whoever may decide, while it waits',
  body: noBody.meta({ examples: [{}] }),
  answers: {
    200: {
      says: 'Where the codes are to go; in the audit log it stands who looked',
      body: z
        .strictObject({
          terminal: shownTerminal,
          secrets: z.array(z.string()).meta({ description: 'Which others would be set, such as a PIN; never shown' }),
          secretsDropped: changedSecrets.secretsDropped,
        })
        .meta({
          id: 'ApprovalRevealed',
          examples: [{ terminal: { channel: 'webhook', url: 'https://shop.example/codes' }, secrets: ['secret'] }],
        }),
    },
  },
  problems: ['approval_unknown', 'already_decided', 'order_unknown'],
});

export const decideApproval = declareRoute({
  method: 'post',
  path: `${base}/{approvalId}`,
  name: 'decideApproval',
  who: 'operator',
  summary: 'Approves what another operator asked for, within 24 hours, and does it; or refuses it',
  body: z.strictObject({ decision: z.enum(['approve', 'refuse']) }).meta({ examples: [{ decision: 'approve' }] }),
  answers: { 200: { says: 'Decided, and done where it was approved', body: approval } },
  /** Once approved it is answered as the call itself. */
  problems: ['approval_unknown', 'already_decided', ...redeliverOrder.problems],
});
