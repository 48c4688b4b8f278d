import { count } from '../domain/words/count';
import { spanText } from '../domain/words/span-text';
import { type Child, everyWhileSeen, h, replace } from '../pages-kit/dom';
import { circuitChip, empty, heading, table } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import type { PlatformHealth } from './answers';
import { api } from './api';
import { issuerLink } from './parts';

const lookAgainMs = 5_000;

/** `acme`, `terminal:acme:https://…` or `host:https://…#…`. */
export const circuitName = (key: string): Child => {
  const [, issuerId, origin] = /^terminal:([^:]+):(.+)$/.exec(key) ?? [];
  if (issuerId) return [`terminal ${origin} of `, issuerLink(issuerId)];
  return key.startsWith('host:') ? key.replace(':', ' ').replace(/#.*$/, '') : issuerLink(key);
};

const circuitsTable = ({ circuits, workers }: PlatformHealth) =>
  circuits.length === 0
    ? workers.length === 0
      ? empty('Not known', 'It is the workers that call, and none reports.')
      : empty('All are called', 'Nobody failed in the last five minutes.')
    : table(
        'Who failed in the last five minutes, the worst first',
        [
          { name: 'Who', lead: true, cell: ({ key }) => circuitName(key) },
          { name: 'State', state: true, cell: ({ state }) => circuitChip(state) },
          { name: 'Failed', end: true, named: true, cell: ({ failures, calls }) => `${failures} of ${calls}` },
        ],
        circuits,
      );

const queuesOf = ({ queues, workers }: PlatformHealth) =>
  queues
    ? table(
        'Queues of the engine',
        [
          { name: 'Queue', lead: true, cell: ({ name, kind }) => `${name}, ${kind}` },
          {
            name: 'Workers',
            end: true,
            named: true,
            cell: ({ pollers }) => (workers.length === 0 ? '–' : String(pollers)),
          },
          {
            name: 'Waiting',
            end: true,
            named: true,
            cell: ({ backlog, oldestSeconds }) =>
              backlog > 0 ? `${backlog}, oldest ${spanText(oldestSeconds * 1_000)}` : '0',
          },
          { name: 'Per second', end: true, named: true, cell: ({ takenPerSecond }) => String(takenPerSecond) },
        ],
        queues,
      )
    : h('p', { class: 'bad-text' }, 'The engine does not answer.');

const workersOf = ({ workers, lastWorkerAt }: PlatformHealth) =>
  workers.length === 0
    ? h(
        'p',
        { class: 'bad-text' },
        'No worker runs, and nothing moves: none has reported ',
        lastWorkerAt ? ['since ', timeTag(lastWorkerAt), ` (${agoText(lastWorkerAt)}).`] : 'for more than ten minutes.',
        ' Nothing is lost: start one, and all goes on by itself.',
      )
    : h(
        'p',
        { class: 'soft' },
        count(workers.length, 'worker process', 'worker processes'),
        ': ',
        workers
          .slice(0, 10)
          .map(({ host, startedAt }, n) => [n > 0 && ', ', host, ' since ', timeTag(startedAt, agoText(startedAt))]),
      );

/** Queues, workers, and whom they call; looked at again while the view is seen. */
export const machineryCards = (signal: AbortSignal, onHealth: (health: PlatformHealth) => void = () => undefined) => {
  const engine = h('div', {});
  const circuits = h('div', {});
  const look = async (): Promise<void> => {
    try {
      const health = await api.platformHealth(signal);
      onHealth(health);
      replace(engine, queuesOf(health), workersOf(health));
      replace(circuits, circuitsTable(health));
    } catch (error) {
      if (!signal.aborted) replace(engine, h('p', { class: 'bad-text' }, (error as Error).message));
    }
  };
  look();
  everyWhileSeen(lookAgainMs, signal, look);
  return [
    h('section', { class: 'card' }, h('h2', {}, 'Workers and queues'), engine),
    h('section', { class: 'card' }, h('h2', {}, 'Issuers and terminals that are called'), circuits),
  ];
};

/** Where an order that no worker moves points to. */
export const machineryView = ({ root, signal }: View): void => {
  replace(root, heading('Workers and queues'), h('div', { class: 'halves' }, machineryCards(signal)));
};
