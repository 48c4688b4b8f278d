import { openCodes } from '../../src/channels/open-codes';
import type { OrderDeps } from '../../src/second-interface/ask-order';
import { saidText } from '../../src/second-interface/said-text';
import type { OrderRow } from '../../src/store/orders';

jest.mock('../../src/sealing/order-row', () => ({ openOrder: () => ({ pickupSecret: 'secret', token: 'token' }) }));
jest.mock('../../src/channels/kept-terminal', () => ({ terminalOfOrder: () => ({ channel: 'page' }) }));
jest.mock('../../src/channels/open-codes', () => ({
  openCodes: jest.fn((_ring, _row, sealed: { value: string }[]) => sealed),
}));

test('codes of an order of 10,000 are opened in parts, and others have their turns between them', async () => {
  const accepted = Array.from({ length: 10_000 }, (_, n) => ({ value: `CODE-${n}` }));
  const deps = { codes: { accepted: async () => accepted } } as unknown as OrderDeps;
  const partsAtTurns: number[] = [];
  const opened = jest.mocked(openCodes).mock.calls;
  let isDone = false;
  const others = (): void => {
    partsAtTurns.push(opened.length);
    if (!isDone) setImmediate(others);
  };
  setImmediate(others);
  const said = await saidText(deps, { quantity: 10_000 } as OrderRow, 'CODE-1 and CODE-9999');
  isDone = true;
  expect(said).toBe('… and …');
  expect(opened.map(([, , part]) => part.length)).toEqual(Array(50).fill(200));
  expect(new Set(partsAtTurns).size).toBeGreaterThan(40);
});
