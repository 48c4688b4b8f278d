import { maskedTerminal } from '../../channels/terminals';
import type { OrderEvent } from '../../domain/messages';
import type { Terminal } from '../../domain/order';

/** Called where events go to the outbox: the workflow's own know of no address. */
export const withTerminal = (events: readonly OrderEvent[], terminal: Terminal | undefined): readonly OrderEvent[] =>
  terminal === undefined
    ? events
    : events.map((event) =>
        event.type === 'order.terminal_changed' ? { ...event, terminal: maskedTerminal(terminal) } : event,
      );
