import { isBeforeVerification, type OrderState } from './order';

/** What a question says of the order that it is about. */
export interface ActedOrder {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly quantity: number;
  readonly codes: { readonly issued: number };
  readonly terminal: { readonly hint: string };
  readonly issueBy?: string | undefined;
  readonly verifyBy?: string | undefined;
  readonly voidRequest?: { readonly requestId: string } | undefined;
}

/** A field of the action's body: asked for by the console, an option of the command. */
export interface ActionField {
  readonly name: string;
  readonly label: string;
  /** Left out: a line of text. The console asks for seconds in minutes, proposes an id, and leaves lists to the command. */
  readonly kind?: 'count' | 'seconds' | 'id' | 'list';
  readonly choices?: readonly (readonly [value: string, label: string])[];
  /** Of the command; left out: as the field. */
  readonly option?: string;
  readonly isOptional?: 'everywhere' | 'for commands';
  /** Of what the console need not ask for. */
  readonly known?: (order: ActedOrder) => string | undefined;
}

/** What an operator may do to one order, as the console's button, the command and the audit log say it. */
export interface OperatorAction {
  /** Its name in the audit log, and what comes before its target there. */
  readonly audit: readonly [name: `order.${string}`, words: string];
  readonly label: string;
  readonly help: string;
  readonly danger?: boolean;
  /** It stands out in these states. */
  readonly isFirst?: (state: OrderState) => boolean;
  /** `given`: what it is asked with, where that is known. */
  readonly ask: (
    order: ActedOrder,
    given?: { readonly terminal?: unknown; readonly newLink?: unknown },
  ) => { readonly title: string; readonly text: string; readonly confirm: string };
  readonly mustTypeOrderNo?: boolean;
  readonly fields?: readonly ActionField[];
  readonly done: string;
  /** Left out: as the action. */
  readonly command?: string;
}

const reason = { name: 'reason', label: 'Reason' } as const;
const items = {
  name: 'itemIds',
  label: 'One of its items, again for each; otherwise all',
  kind: 'list',
  option: 'item',
  isOptional: 'for commands',
} as const;

/**
 * By the last part of the call's path. When each can be done stands in judge/actions.ts, what it takes in
 * contract/operator/orders.ts, what it does in operator/order-actions.ts.
 */
export const operatorActions = {
  redeliver: {
    audit: ['order.redelivered', 'Redelivered'],
    label: 'Redeliver',
    help: 'Sends the same codes to the same terminal at once, or renews the link of its page.',
    isFirst: (state) => state === 'undeliverable',
    ask: ({ terminal: { hint } }, { terminal, newLink } = {}) =>
      terminal
        ? {
            title: 'Send the codes to another terminal?',
            text: `They went to ${hint} so far, and go where it is told below from now on. A PIN or secret stays where that terminal takes one. The issuer is told.`,
            confirm: 'Deliver there',
          }
        : {
            title: 'Deliver the codes again?',
            text: `They go to the same terminal (${hint}) under the same message number, so that a terminal that has them can tell. The link of a page ${newLink ? 'ends, and a new one takes its place' : 'lives 30 days anew'}.`,
            confirm: 'Redeliver',
          },
    done: 'Delivery has begun again.',
  },
  renotify: {
    audit: ['order.renotified', 'Told the issuer again of'],
    label: 'Tell the issuer again',
    help: 'Sends a new notice at once, and ends a lock after wrong verifications.',
    isFirst: isBeforeVerification,
    ask: ({ issuerId }) => ({
      title: 'Tell the issuer again?',
      text: `${issuerId} gets a new message about this order at once. Wrong verifications so far are forgotten.`,
      confirm: 'Tell it again',
    }),
    done: 'The issuer is being told again.',
  },
  extend: {
    audit: ['order.extended', 'Extended the window of'],
    label: 'Extend the window',
    help: 'Gives the issuer more time.',
    ask: ({ issueBy, verifyBy }) => ({
      title: 'How much more time?',
      text: `The window ends ${issueBy ?? verifyBy ?? ''} as it stands.`,
      confirm: 'Extend',
    }),
    fields: [{ name: 'seconds', label: 'How much longer', kind: 'seconds' }],
    done: 'The window is longer now.',
  },
  complete: {
    audit: ['order.completed', 'Ended short'],
    label: 'End it short',
    help: 'Ends the wait now: what came is delivered, and the rest is to be refunded.',
    ask: ({ codes, quantity }) => ({
      title: 'End the order with the codes that came?',
      text: `${codes.issued} of ${quantity} are delivered at once. The issuer is told what is to be refunded for the rest.`,
      confirm: 'End it short',
    }),
    fields: [{ ...reason, isOptional: 'for commands' }],
    done: 'It is ended; what came is being delivered.',
  },
  cancel: {
    audit: ['order.cancelled', 'Cancelled'],
    label: 'Cancel the order',
    help: 'Ends it; codes it holds become void, and the amount is to be refunded.',
    danger: true,
    ask: ({ orderNo }) => ({
      title: `Cancel order ${orderNo}?`,
      text: 'It cannot be opened again. Codes that it holds become void, and the issuer is told that the amount is to be refunded.',
      confirm: 'Cancel the order',
    }),
    fields: [{ ...reason, isOptional: 'for commands' }],
    done: 'The order is cancelled.',
  },
  void: {
    audit: ['order.codes_voided', 'Declared void the codes of'],
    label: 'Declare the codes void',
    help: 'No page, file or terminal gives them any more, and the issuer is told.',
    danger: true,
    ask: () => ({
      title: 'Declare the codes void?',
      text: 'The issuer is told which items, and what is to be refunded. This cannot be taken back.',
      confirm: 'Declare void',
    }),
    mustTypeOrderNo: true,
    fields: [items, reason],
    done: 'The codes are void; the issuer is being told.',
  },
  refund: {
    audit: ['order.refund_requested', 'Asked for a refund of'],
    label: 'Ask for a refund',
    help: 'Asks the issuer whether the codes can be destroyed, so that the money can go back.',
    ask: () => ({
      title: 'Ask the issuer for a refund?',
      text: 'It is asked whether all good codes can be destroyed. Once they are, they are void and the amount is due.',
      confirm: 'Ask for it',
    }),
    fields: [items, { ...reason, label: 'Reason, told to the issuer' }],
    done: 'The issuer is being asked.',
  },
  'void-decision': {
    audit: ['order.refund_decided', 'Decided the refund of'],
    label: 'Decide the refund',
    help: 'In place of the issuer: the codes are void, or stay good.',
    danger: true,
    isFirst: () => true,
    ask: () => ({
      title: 'Decide the refund',
      text: 'It counts at once, and the issuer is told. It cannot be taken back.',
      confirm: 'Decide',
    }),
    fields: [
      {
        name: 'requestId',
        label: 'As `orders show` names it',
        option: 'request',
        known: ({ voidRequest }) => voidRequest?.requestId,
      },
      {
        name: 'decision',
        label: 'The codes',
        choices: [
          ['refused', 'stay good'],
          ['destroyed', 'are destroyed'],
        ],
      },
      reason,
    ],
    done: 'It is decided.',
    command: 'decide-refund',
  },
  redeem: {
    audit: ['order.item_redeemed', 'Redeemed a code of'],
    label: 'Redeem a code',
    help: 'Counts uses of one code, as when its user is there and the issuer cannot be reached.',
    ask: () => ({
      title: 'Redeem a code',
      text: 'The uses count at once, and the issuer is told. A redemption with the same name counts once.',
      confirm: 'Redeem',
    }),
    fields: [
      { name: 'redemptionId', label: 'Name of this redemption', kind: 'id', option: 'redemption' },
      { name: 'itemId', label: 'Item', option: 'item' },
      { name: 'uses', label: 'Uses', kind: 'count', isOptional: 'for commands' },
      { name: 'place', label: 'Where it was used', isOptional: 'everywhere' },
    ],
    done: 'It is redeemed; the issuer is being told.',
  },
  reverse: {
    audit: ['order.item_reversed', 'Took back a redemption of'],
    label: 'Take a redemption back',
    help: 'Gives the uses of one redemption back to its code.',
    danger: true,
    ask: () => ({
      title: 'Take a redemption back?',
      text: 'The whole of it. The timeline names the redemptions; the issuer is told.',
      confirm: 'Take it back',
    }),
    fields: [
      { name: 'redemptionId', label: 'Name of the redemption', option: 'redemption' },
      { ...reason, isOptional: 'for commands' },
    ],
    done: 'It is taken back; the issuer is being told.',
  },
  note: {
    audit: ['order.noted', 'Wrote a note on'],
    label: 'Add a note',
    help: 'A line of the timeline that only operators see.',
    ask: () => ({
      title: 'Add a note',
      text: 'Only operators see it. Codes and links of this order are cut out of it.',
      confirm: 'Add',
    }),
    fields: [{ name: 'text', label: 'Note' }],
    done: 'The note is in the timeline.',
  },
} as const satisfies Readonly<Record<string, OperatorAction>>;

export type OperatorActionName = keyof typeof operatorActions;

export const operatorActionEntries = Object.entries(operatorActions) as [OperatorActionName, OperatorAction][];
