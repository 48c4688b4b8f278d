import { hasFailedDelivery } from '../domain/judge/delivery';
import { isBeforeVerification, type OrderState } from '../domain/order';
import type { NextStep } from '../domain/words/why-no-code';
import type { Acted, OrderAnswer, TimelineAnswer } from './answers';
import { api } from './api';
import { askDialog, type Question } from './dialog';
import { note } from './dom';
import { isTerminalFieldShown, offeredChannels, terminalFields, terminalOf } from './terminal-fields';
import { clockText } from './time';

type Lines = TimelineAnswer['data'];

export interface OrderAction {
  /** By which the platform suggests it. */
  readonly name?: NextStep['action'];
  readonly label: string;
  readonly help: string;
  readonly danger?: boolean;
  /** Offered where the order lists it. */
  readonly action: string;
  readonly isOffered?: (order: OrderAnswer, timeline: Lines) => boolean;
  readonly first?: (state: OrderState) => boolean;
  dialog(order: OrderAnswer): Question<Acted> | undefined | Promise<Question<Acted> | undefined>;
  readonly done: string;
}

/** Of what the platform says that an order can be asked now. */
export const isOffered = (action: OrderAction, order: OrderAnswer, timeline: Lines): boolean =>
  order.actions.includes(action.action) && (action.isOffered?.(order, timeline) ?? true);

/** What an operator may do to an order, with the name by which the platform suggests it; `ask` ends with what is to be sent, or with nothing. */
export const orderActions: readonly OrderAction[] = [
  {
    name: 'redeliver',
    label: 'Redeliver',
    action: 'redeliver',
    help: 'Sends the same codes to the same terminal at once, or renews the link of its page.',
    first: (state) => state === 'undeliverable',
    dialog: async (order) => {
      const channels = await offeredChannels();
      const hasPage = channels?.some(({ channel, hasPage: has }) => has && channel === order.terminal.channel);
      return {
        title: 'Deliver the codes again?',
        text: `They go to the same terminal (${order.terminal.hint}) under the same message number, so that a terminal that has them can tell. The link of a page lives 30 days anew.`,
        confirm: 'Redeliver',
        fields: hasPage
          ? [{ name: 'newLink', label: 'With a new link: the one that the buyer has ends', kind: 'check' }]
          : [],
        run: ({ newLink }) => api.act(order, 'redeliver', newLink ? { newLink } : {}),
      };
    },
    done: 'Delivery has begun again.',
  },
  {
    name: 'correct_terminal',
    label: 'Correct the terminal',
    action: 'redeliver',
    isOffered: ({ state, delivery }, timeline) => hasFailedDelivery(state, delivery.state, timeline),
    help: 'Sends the codes to another terminal; the issuer is told.',
    dialog: async (order) => {
      const channels = await offeredChannels();
      return (
        channels && {
          title: 'Where should the codes go?',
          text: `So far: ${order.terminal.hint}. The change is written into the audit log and told to the issuer.`,
          confirm: 'Deliver there',
          fields: terminalFields(channels, { channel: order.terminal.channel }),
          shownWhen: isTerminalFieldShown,
          run: (values) => api.act(order, 'redeliver', { terminal: terminalOf(values) }),
        }
      );
    },
    done: 'The codes are on their way to the corrected terminal.',
  },
  {
    name: 'renotify',
    label: 'Tell the issuer again',
    action: 'renotify',
    help: 'Sends a new notice at once, and ends a lock after wrong verifications.',
    first: isBeforeVerification,
    dialog: (order) => ({
      title: 'Tell the issuer again?',
      text: `${order.issuerId} gets a new message about this order at once. Wrong verifications so far are forgotten.`,
      confirm: 'Tell it again',
      run: () => api.act(order, 'renotify'),
    }),
    done: 'The issuer is being told again.',
  },
  {
    label: 'Extend the window',
    action: 'extend',
    help: 'Gives the issuer more time.',
    dialog: (order) => ({
      title: 'How much more time?',
      text: `The window ends ${clockText(order.issueBy ?? order.verifyBy ?? '')} as it stands.`,
      confirm: 'Extend',
      fields: [{ name: 'minutes', label: 'Minutes', kind: 'number', value: 10, min: 1, max: 1440, required: true }],
      run: ({ minutes }) => api.act(order, 'extend', { seconds: minutes * 60 }),
    }),
    done: 'The window is longer now.',
  },
  {
    label: 'End it short',
    action: 'complete',
    help: 'Ends the wait now: what came is delivered, and the rest is to be refunded.',
    dialog: ({ codes, ...order }) => ({
      title: 'End the order with the codes that came?',
      text: `${codes.issued} of ${order.quantity} are delivered at once. The issuer is told what is to be refunded for the rest.`,
      confirm: 'End it short',
      fields: [{ name: 'reason', label: 'Reason', required: true }],
      run: ({ reason }) => api.act(order, 'complete', { reason }),
    }),
    done: 'It is ended; what came is being delivered.',
  },
  {
    label: 'Cancel the order',
    danger: true,
    action: 'cancel',
    help: 'Ends it; codes it holds become void, and the amount is to be refunded.',
    dialog: (order) => ({
      title: `Cancel order ${order.orderNo}?`,
      text: 'It cannot be opened again. Codes that it holds become void, and the issuer is told that the amount is to be refunded.',
      confirm: 'Cancel the order',
      danger: true,
      fields: [{ name: 'reason', label: 'Reason', required: true }],
      run: ({ reason }) => api.act(order, 'cancel', { reason }),
    }),
    done: 'The order is cancelled.',
  },
  {
    label: 'Declare the codes void',
    danger: true,
    action: 'void',
    help: 'No page, file or terminal gives them any more, and the issuer is told.',
    dialog: (order) => ({
      title: 'Declare the codes void?',
      text: 'The issuer is told which items, and what is to be refunded. This cannot be taken back.',
      fields: [{ name: 'reason', label: 'Reason', required: true }],
      confirm: 'Declare void',
      danger: true,
      mustType: order.orderNo,
      run: ({ reason }) => api.act(order, 'void', { reason }),
    }),
    done: 'The codes are void; the issuer is being told.',
  },
  {
    label: 'Ask for a refund',
    action: 'refund',
    help: 'Asks the issuer whether the codes can be destroyed, so that the money can go back.',
    dialog: (order) => ({
      title: 'Ask the issuer for a refund?',
      text: 'It is asked whether all good codes can be destroyed. Once they are, they are void and the amount is due.',
      confirm: 'Ask for it',
      fields: [{ name: 'reason', label: 'Reason, told to the issuer', required: true }],
      run: ({ reason }) => api.act(order, 'refund', { reason }),
    }),
    done: 'The issuer is being asked.',
  },
  {
    label: 'Decide the refund',
    danger: true,
    action: 'void-decision',
    first: () => true,
    help: 'In place of the issuer: the codes are void, or stay good.',
    dialog: (order) => ({
      title: 'Decide the refund',
      text: 'It counts at once, and the issuer is told. It cannot be taken back.',
      confirm: 'Decide',
      fields: [
        {
          name: 'decision',
          label: 'The codes',
          kind: 'select',
          value: 'refused',
          options: [
            ['refused', 'stay good'],
            ['destroyed', 'are destroyed'],
          ],
        },
        { name: 'reason', label: 'Reason', required: true },
      ],
      run: (values) => api.act(order, 'void-decision', { requestId: order.voidRequest?.requestId, ...values }),
    }),
    done: 'It is decided.',
  },
  {
    label: 'Add a note',
    action: 'note',
    help: 'A line of the timeline that only operators see.',
    dialog: (order) => ({
      title: 'Add a note',
      text: 'Only operators see it. Write no code and no password into it.',
      confirm: 'Add',
      fields: [{ name: 'text', label: 'Note', required: true }],
      run: ({ text }) => api.act(order, 'note', { text }),
    }),
    done: 'The note is in the timeline.',
  },
];

export const runAction = async (
  action: OrderAction,
  order: OrderAnswer,
  refresh: () => Promise<void>,
): Promise<void> => {
  const dialog = await action.dialog(order);
  const result = dialog && (await askDialog(dialog));
  if (!result) return;
  note(doneWords(result, action));
  await refresh();
};

const doneWords = (result: Acted | true, { done }: OrderAction): string => {
  if (result === true) return done;
  if ('approvalId' in result) return 'Another operator must approve it within 24 hours, under Failures, Approvals.';
  return 'status' in result ? 'Written down; it takes effect as soon as the engine answers.' : done;
};
