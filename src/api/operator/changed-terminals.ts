import { terminalOfOrder } from '../../channels/kept-terminal';
import { maskedTerminal } from '../../channels/terminals';
import type { Terminal } from '../../domain/order';
import { deriveKey, fingerprint } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { OrderRow } from '../../store/orders';

/** For the audit log: masked for people, and a keyed hash of all of it, as two addresses may look the same masked. */
export const changedTerminals = ({ ring, fingerprintKey }: OrderDeps, row: OrderRow, terminal?: Terminal) => {
  const key = deriveKey(fingerprintKey, 'audit terminal');
  const told = (one: Terminal) => ({
    terminal: maskedTerminal(one),
    terminalHash: fingerprint(key, JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))),
  });
  const was = terminalOfOrder(ring, row);
  return { before: told(was), after: told(terminal ?? was) };
};
