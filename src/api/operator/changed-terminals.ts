import { terminalOfOrder } from '../../channels/kept-terminal';
import { changedSecrets, correctedTerminal, maskedTerminal } from '../../channels/terminals';
import type { Terminal } from '../../domain/order';
import { deriveKey, fingerprint } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { OrderRow } from '../../store/orders';

/**
 * For the audit log: masked for people, and a keyed hash of all of it, as two addresses may look the same masked; and which
 * secrets come and go. `terminal`: as it is asked for.
 */
export const changedTerminals = ({ ring, fingerprintKey }: OrderDeps, row: OrderRow, terminal?: Terminal) => {
  const key = deriveKey(fingerprintKey, 'audit terminal');
  const told = (one: Terminal) => ({
    terminal: maskedTerminal(one),
    terminalHash: fingerprint(key, JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))),
  });
  const was = terminalOfOrder(ring, row);
  const next = terminal ? correctedTerminal(terminal, was) : was;
  const changed = changedSecrets(next, was);
  return { before: told(was), after: { ...told(next), ...changed }, changed };
};
