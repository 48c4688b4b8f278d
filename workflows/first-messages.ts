import type { OrderMessage } from '../src/domain/messages';
import type { OrderInput } from '../src/order-messages/order-messages';

/** As 0.1.0 said it: the workflow compared the token's hash, which its input had, and was given terminals whole. */
type FirstMessage = OrderMessage & { readonly tokenHash?: string; readonly isSame?: boolean };

/** For orders that began under 0.1.0. Who answered our own signed call gave no token. */
export const asSaidToday = (message: OrderMessage, input: OrderInput): OrderMessage => {
  const { tokenHash, isSame } = message as FirstMessage;
  switch (message.kind) {
    case 'verify':
    case 'codes':
    case 'refuse': {
      const { isRightToken }: { isRightToken?: boolean } = message;
      if (isRightToken !== undefined) return message;
      const { tokenHash: rightHash } = input as { readonly tokenHash?: string };
      return { ...(message as typeof message), isRightToken: tokenHash === undefined || tokenHash === rightHash };
    }
    case 'redeliver':
      return isSame ? { ...message, terminal: 'same' } : message;
    default:
      return message;
  }
};
