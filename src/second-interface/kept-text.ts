import { decide } from '../domain/judge/decide';
import type { AskedMessage } from '../domain/messages';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { codesAsked } from './codes-in-place';
import { saidText } from './said-text';

type Deps = Pick<OrderDeps, 'orders' | 'codes' | 'ring' | 'nowMs'>;

/** A message that words may come with. */
type Worded = Extract<AskedMessage, { readonly textRef?: string }>;

/**
 * What a person said with a call stands in the row before the order hears of it, by reference: no history has free text.
 * Codes are opened for words that a line of the timeline will name: not for those of a call that the row refuses, or that
 * changes nothing.
 */
export const keptText = async (
  deps: Deps,
  row: OrderRow,
  updateId: string,
  message: Worded,
  text: string | undefined,
): Promise<{ readonly textRef?: string }> => {
  if (!text || !(await willName(deps, row, { ...message, textRef: updateId }))) return {};
  await keep(deps, row, updateId, message, text);
  return { textRef: updateId };
};

/** As `keptText`, and where the order took a call that its row was too old to take, its words are kept behind it. */
export const askWithText = async <M extends Worded, T>(
  deps: Deps,
  row: OrderRow,
  updateId: string,
  message: M,
  text: string | undefined,
  ask: (message: M) => Promise<T | 'unavailable'>,
): Promise<T | 'unavailable'> => {
  if (!text) return ask(message);
  const { textRef } = await keptText(deps, row, updateId, message, text);
  const answered = await ask({ ...message, textRef: updateId });
  const isKept = textRef !== undefined;
  if (!isKept && (answered === 'unavailable' || (await lacksText(deps, row, updateId)))) {
    await keep(deps, row, updateId, message, text);
  }
  return answered;
};

const keep = async (deps: Deps, row: OrderRow, ref: string, message: Worded, text: string): Promise<void> => {
  const itemIds = 'itemIds' in message ? message.itemIds : undefined;
  await deps.orders.keepText(row, { ref, text: await saidText(deps, row, text, itemIds) });
};

const willName = async (deps: Deps, row: OrderRow, message: Worded): Promise<boolean> => {
  // Of them the judge of a void alone asks which codes there are.
  const held = message.kind === 'void' ? await codesAsked(deps, row, message, message.itemIds) : [];
  const { entries } = decide(row.facts, held, message, deps.nowMs());
  return entries.some(({ detail }) => detail.textRef === message.textRef);
};

const lacksText = async ({ orders }: Deps, row: OrderRow, ref: string): Promise<boolean> => {
  const { timeline = [], texts = [] } = (await orders.timelineOf(row)) ?? {};
  return timeline.some(({ detail }) => detail.textRef === ref) && texts.every((text) => text.ref !== ref);
};
