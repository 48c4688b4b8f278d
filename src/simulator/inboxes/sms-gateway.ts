import type { Inbox } from './inbox';
import type { Tell } from './receipts';

const receiptAfterMs = 1_500;

/** What becomes of a message, by the end of its number; all others arrive. */
export const smsBehaviours = { '00': 'is taken and comes back', '11': 'is refused for good' } as const;

/** The HTTP gateway of the demo: `{id, to, text}` by POST. Resolves to the status of its answer. */
export const createSmsGateway =
  (inbox: Inbox, tell: Tell) =>
  (body: string): number => {
    let message: { id?: unknown; to?: unknown; text?: unknown };
    try {
      message = JSON.parse(body);
    } catch {
      return 400;
    }
    const { id, to, text } = message;
    if (typeof id !== 'string' || typeof to !== 'string' || typeof text !== 'string') return 400;
    if (to.endsWith('11')) return 422;
    // A repeat of a message that the phone has already.
    if (inbox.all().some(({ messageId }) => messageId === id)) return 200;
    const kept = inbox.add({ messageId: id, to, subject: '', text });
    setTimeout(() => void tell('sms', kept, to.endsWith('00') ? 'bounced' : 'delivered'), receiptAfterMs).unref();
    return 202;
  };
