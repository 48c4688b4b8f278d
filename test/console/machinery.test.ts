import type { PlatformHealth } from '../../src/console/answers';
import { circuitName, machineryCards } from '../../src/console/machinery';
import { h } from '../../src/pages-kit/dom';
import { until } from '../support/until';
import './page';

const health: PlatformHealth = {
  at: '2026-01-01T00:00:00.000Z',
  queues: [
    {
      name: 'orders',
      kind: 'workflows',
      pollers: 1,
      backlog: 3,
      oldestSeconds: 9,
      addedPerSecond: 1,
      takenPerSecond: 0,
    },
  ],
  workers: [],
  circuits: [],
  throttled: [],
};

test('while no worker reports nothing beside it says that all is well, and the cure is named', async () => {
  const { fetch: before } = globalThis;
  globalThis.fetch = async () => new Response(JSON.stringify(health), { status: 200 });
  const view = new AbortController();
  const seen: number[] = [];
  try {
    const cards = machineryCards(view.signal, ({ workers }) => seen.push(workers.length));
    await until('the health is read', async () => seen.length > 0);
    const text = cards.map(({ textContent }) => textContent).join(' ');
    expect(seen).toEqual([0]);
    expect(text).toContain('No worker runs, and nothing moves');
    expect(text).toContain('start one');
    expect(text).toContain('Not known');
    for (const wrong of ['Nobody failed', 'All are called', 'circuit']) expect(text).not.toContain(wrong);
    expect(cards[0]?.querySelector('tbody td:nth-child(2)')?.textContent).toBe('–');
  } finally {
    view.abort();
    globalThis.fetch = before;
  }
});

test('what fails together is named as issuer, terminal or host; a host leads to no issuer', () => {
  const shown = (key: string) => {
    const name = h('p', {}, circuitName(key));
    return [name.textContent, name.querySelectorAll('a').length];
  };
  expect(['acme', 'terminal:acme:https://shop.test/#a1', 'host:https://shop.test#acme#b2'].map(shown)).toEqual([
    ['acme', 1],
    ['terminal https://shop.test/#a1 of acme', 1],
    ['host https://shop.test', 0],
  ]);
});
