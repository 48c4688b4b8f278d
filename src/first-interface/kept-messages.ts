import type {
  ClosingMessage,
  CodeRequestMessage,
  PaidMessage,
  VoidRequestMessage,
} from '../contract/callbacks/first-interface';
import type { ListedFacts } from '../domain/items';
import type { KeptMessage } from '../domain/kept-message';
import type { OrderRow } from '../store/orders';
import { closingMessage, codeRequestMessage, paidMessage, voidRequestMessage } from './messages';

/** With the bytes of its first attempt; undefined where the order has had another void request since. */
export const messageOf = (
  row: OrderRow,
  kept: KeptMessage,
  token: string,
): PaidMessage | CodeRequestMessage | ClosingMessage | VoidRequestMessage | undefined => {
  switch (kept.kind) {
    case 'paid':
      return paidMessage(row, { ...kept, token });
    case 'code':
      return codeRequestMessage(row, { ...kept, token });
    case 'closing':
      return closingMessage(row, { ...kept, token });
    case 'void_request': {
      const request = row.facts.voidRequest;
      if (!request || !canBeMade(row, kept)) return undefined;
      return voidRequestMessage(row, request, { token, reason: reasonOf(row, kept.requestId) });
    }
    default:
      return kept satisfies never;
  }
};

/** Of an order's void requests the newest one alone can be made again. */
export const canBeMade = ({ facts }: { readonly facts: ListedFacts }, kept: KeptMessage): boolean =>
  kept.kind !== 'void_request' || facts.voidRequest?.requestId === kept.requestId;

export const reasonOf = ({ voidReasons }: OrderRow, requestId: string): string =>
  voidReasons?.find((one) => one.requestId === requestId)?.reason ?? '';
