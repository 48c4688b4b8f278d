import type { LongState } from '../../test/fault/long';
import { median } from '../compare/statistics';
import { figure, paragraph, table } from './markdown';
import { type Result, setUpWords } from './results';

const secondMs = 1_000;

/** The long form of the fault suite, as far as it was played. */
export const faultsSection = ({ setUp, found: { seed, rounds } }: Result<LongState>): string[] => {
  const sum = (of: (round: LongState['rounds'][number]) => number): number =>
    rounds.reduce((total, round) => total + of(round), 0);
  const counted = (prefix: string): number =>
    sum(({ sometimes }) =>
      Object.entries(sometimes).reduce((total, [name, n]) => (name.startsWith(prefix) ? total + n : total), 0),
    );
  const figures = (name: string): string => String(sum((round) => round.figures[name] ?? 0));
  const settled = rounds.map(({ settledAfterMs }) => settledAfterMs / secondMs);
  return [
    `## Under faults: ${setUpWords(setUp)}`,
    paragraph(
      `${rounds.length} rounds from seed ${seed} on, begun on ${rounds[0]?.startedAt.slice(0, 10)}. Each brings about every named crash point and then a fault every five seconds for a minute and a half; [durability.md](../../docs/durability.md) says how they are played and judged.`,
    ),
    table(
      ['', 'found'],
      [
        ['orders', figures('orders')],
        ...['delivered', 'cancelled', 'refused', 'expired', 'undeliverable'].map((state) => [
          `of them ${state}`,
          figures(`state ${state}`),
        ]),
        ['processes that died at a named crash point', String(counted('crash point: '))],
        ['other faults', String(counted('fault: ') - counted('fault: crash_point'))],
        ['safety violations', String(sum(({ safety }) => safety.length))],
        ['liveness violations', String(sum(({ liveness }) => liveness.length))],
        ['crash points missed', String(sum(({ missed }) => missed.length))],
        [
          'all had ended after the last fault, s',
          `${figure(median(settled))}, at most ${figure(Math.max(...settled))}`,
        ],
      ],
    ),
  ];
};
