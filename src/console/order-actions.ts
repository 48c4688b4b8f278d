import { hasFailedDelivery } from '../domain/judge/delivery';
import { type ActionField, type OperatorAction, operatorActionEntries } from '../domain/operator-actions';
import { askDialog, type Field, type Question, type Values } from '../pages-kit/dialog';
import { note } from '../pages-kit/dom';
import { correctionFields, isTerminalFieldShown, terminalOf } from '../pages-kit/terminal-fields';
import type { Acted, OrderAnswer, TimelineAnswer } from './answers';
import { api } from './api';
import { offeredChannels } from './offered-channels';

type Lines = TimelineAnswer['data'];

export interface OrderAction extends Pick<OperatorAction, 'label' | 'help' | 'danger' | 'isFirst' | 'done'> {
  /** By which the platform suggests it. */
  readonly name: string;
  /** Offered where the order lists it. */
  readonly action: string;
  readonly isOffered?: (order: OrderAnswer, timeline: Lines) => boolean;
  dialog(order: OrderAnswer): Question<Acted> | undefined | Promise<Question<Acted> | undefined>;
}

/** Of what the platform says that an order can be asked now. */
export const isOffered = (action: OrderAction, order: OrderAnswer, timeline: Lines): boolean =>
  order.actions.includes(action.action) && (action.isOffered?.(order, timeline) ?? true);

const shownField = ({ name, label, kind, choices, isOptional }: ActionField): Field => ({
  name,
  label,
  ...(kind === 'seconds'
    ? { kind: 'number', label: 'Minutes', value: 10, min: 1, max: 1_440 }
    : kind === 'count'
      ? { kind: 'number', value: 1, min: 1 }
      : kind === 'id'
        ? { value: `desk-${crypto.randomUUID().slice(0, 8)}` }
        : choices
          ? { kind: 'select', value: choices[0]?.[0], options: choices }
          : {}),
  required: isOptional !== 'everywhere',
});

/** Nothing goes over for a field that was left empty. */
const bodyOf = (fields: readonly ActionField[], order: OrderAnswer, values: Values): Values =>
  Object.fromEntries(
    fields.flatMap(({ name, kind, known }) => {
      const value = known?.(order) ?? values[name];
      return value === undefined || value === '' ? [] : [[name, kind === 'seconds' ? value * 60 : value]];
    }),
  );

const declared = operatorActionEntries.map(
  ([action, { ask, mustTypeOrderNo, fields = [], ...words }]): OrderAction => ({
    ...words,
    name: action,
    action,
    dialog: (order) => ({
      ...ask(order),
      danger: words.danger ?? false,
      mustType: mustTypeOrderNo ? order.orderNo : undefined,
      fields: fields.filter(({ kind, known }) => kind !== 'list' && known?.(order) === undefined).map(shownField),
      run: (values) => api.act(order, action, bodyOf(fields, order, values)),
    }),
  }),
);

/** A link can be renewed where there is one. */
const withNewLink = (redeliver: OrderAction): OrderAction => ({
  ...redeliver,
  dialog: async (order) => {
    const channels = await offeredChannels();
    const hasPage = channels?.some(({ channel, hasPage: has }) => has && channel === order.terminal.channel);
    const dialog = await redeliver.dialog(order);
    return (
      dialog && {
        ...dialog,
        fields: hasPage
          ? [{ name: 'newLink', label: 'With a new link: the one that the buyer has ends', kind: 'check' }]
          : [],
        run: ({ newLink }) => api.act(order, 'redeliver', newLink ? { newLink } : {}),
      }
    );
  },
});

const correctTerminal: OrderAction = {
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
        fields: correctionFields(channels, order.terminal.channel),
        shownWhen: isTerminalFieldShown,
        run: (values) => api.act(order, 'redeliver', { terminal: terminalOf(values) }),
      }
    );
  },
  done: 'The codes are on their way to the corrected terminal.',
};

/** All that is declared, as buttons; only a redelivery has two, as the platform tells which terminals there are. */
export const orderActions: readonly OrderAction[] = declared.flatMap((action) =>
  action.action === 'redeliver' ? [withNewLink(action), correctTerminal] : [action],
);

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
