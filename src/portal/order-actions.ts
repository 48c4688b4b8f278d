import { refusalReasons } from '../domain/messages';
import { askDialog, type Field, type Values } from '../pages-kit/dialog';
import { note } from '../pages-kit/dom';
import { fieldInstant } from '../pages-kit/time';
import { api, type Order } from './api';

interface Action {
  /** As the order lists it, and as the call is named. */
  readonly call: string;
  readonly type: string;
  readonly label: string;
  readonly help: string;
  readonly danger?: boolean;
  fields(order: Order): readonly Field[];
  body?(values: Values, order: Order): object;
}

const reason: Field = { name: 'reason', label: 'Reason', required: true };
const items: Field = {
  name: 'itemIds',
  label: 'Items, one a line',
  kind: 'lines',
  help: 'Left empty: all that are good.',
};
const itemsOf = ({ itemIds = '' }: Values): object => {
  const named = String(itemIds)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return named.length > 0 ? { itemIds: named } : {};
};
const voidReasons = [
  ['redeemed', 'They were used'],
  ['not_refundable', 'They are not refundable'],
  ['other', 'Another reason'],
] as const;

/** What a person may ask for; what moves codes or verifies is the server's. */
const actions: readonly Action[] = [
  {
    call: 'void-decision',
    type: 'order.void_decision',
    label: 'Decide the refund',
    help: 'Somebody wants money back: say whether the codes are destroyed.',
    fields: () => [
      {
        name: 'decision',
        label: 'Decision',
        kind: 'select',
        options: [
          ['destroyed', 'The codes are destroyed'],
          ['refused', 'Refused'],
        ],
      },
      { name: 'reason', label: 'Why it is refused', kind: 'select', options: voidReasons },
    ],
    body: ({ decision, reason: why }, { voidRequest }) => ({
      requestId: voidRequest?.requestId,
      decision,
      ...(decision === 'refused' ? { reason: why } : {}),
    }),
  },
  {
    call: 'delivery',
    type: 'order.delivery',
    label: 'Deliver again',
    help: 'The same codes go to the same terminal once more.',
    fields: () => [{ name: 'newLink', label: 'With a new link: the one that the buyer has ends', kind: 'check' }],
    body: ({ newLink }) => (newLink ? { newLink } : {}),
  },
  {
    call: 'completion',
    type: 'order.completion',
    label: 'Complete short',
    help: 'No more codes come: what is there is delivered, and the rest is owed.',
    fields: () => [{ ...reason, required: false }],
  },
  {
    call: 'refund-settlement',
    type: 'order.refund_settlement',
    label: 'Note money paid back',
    help: 'The platform moves none; it keeps count of what is still due.',
    fields: ({ refundDue, refundSettled }) => [
      { name: 'settlementId', label: 'Your number of the payment', required: true },
      {
        name: 'amount',
        path: '/amount/value',
        label: `Amount, in the smallest unit of ${refundDue?.currency ?? 'the currency'}`,
        kind: 'number',
        required: true,
        min: 1,
        value: (refundDue?.value ?? 0) - (refundSettled?.value ?? 0),
      },
    ],
    body: ({ settlementId, amount: value }, { amount: { currency } }) => ({
      settlementId,
      amount: { value, currency },
    }),
  },
  {
    call: 'validity',
    type: 'order.validity',
    label: 'Lengthen the validity',
    help: 'Codes that have an end get a later one.',
    fields: () => [{ name: 'expiresAt', label: 'They end', kind: 'datetime-local', required: true }, items],
    body: (values) => ({ expiresAt: fieldInstant(values.expiresAt), ...itemsOf(values) }),
  },
  {
    call: 'redemptions',
    type: 'order.redemption',
    label: 'Redeem',
    help: 'A code was used.',
    fields: () => [
      { name: 'redemptionId', label: 'Your number of the use', required: true },
      { name: 'itemId', label: 'Item', required: true },
      { name: 'uses', label: 'Uses', kind: 'number', value: 1, min: 1 },
    ],
  },
  {
    call: 'reversals',
    type: 'order.reversal',
    label: 'Take a use back',
    help: 'The whole redemption counts no more.',
    fields: () => [{ name: 'redemptionId', label: 'Your number of the use', required: true }],
  },
  {
    call: 'refusal',
    type: 'order.refusal',
    label: 'Refuse the order',
    help: 'You cannot give the codes: the buyer is told so.',
    danger: true,
    fields: () => [
      {
        name: 'reason',
        label: 'Reason',
        kind: 'select',
        options: refusalReasons.map((one) => [one, reasonWords[one]]),
      },
      { name: 'detail', label: 'More' },
    ],
    body: ({ reason: why, detail }) => ({ reason: why, ...(detail ? { detail } : {}) }),
  },
  {
    call: 'cancellation',
    type: 'order.cancellation',
    label: 'Cancel the order',
    help: 'It ends without codes, and the amount is owed.',
    danger: true,
    fields: () => [reason],
  },
  {
    call: 'void',
    type: 'order.void',
    label: 'Declare codes void',
    help: 'You have destroyed them: they show as void, and their share is owed.',
    danger: true,
    fields: () => [reason, items],
    body: (values) => ({ reason: values.reason, ...itemsOf(values) }),
  },
];

const reasonWords: Readonly<Record<(typeof refusalReasons)[number], string>> = {
  out_of_stock: 'Out of stock',
  price_changed: 'The price changed',
  product_unknown: 'No such product',
  account_invalid: 'The buyer’s account is invalid',
  other: 'Another reason',
};

export const fittingActions = (order: Order): readonly Action[] =>
  actions.filter(({ call }) => order.actions.includes(call));

const given = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value !== undefined));

export const runAction = async (action: Action, order: Order, refresh: () => Promise<void>): Promise<void> => {
  const { label, help, call, type, danger = false } = action;
  const done = await askDialog({
    title: `${label}: ${order.orderNo}?`,
    text: help,
    confirm: label,
    danger,
    mustType: danger ? order.orderNo : undefined,
    fields: action.fields(order),
    shownWhen: (name, { decision }) => !(call === 'void-decision' && name === 'reason' && decision !== 'refused'),
    run: (values) => api.act(order.orderNo, call, type, action.body?.(values, order) ?? given(values)),
  });
  if (!done) return;
  note('Done.');
  await refresh();
};
