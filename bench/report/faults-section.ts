import type { LongState } from '../../test/fault/long';
import { median } from '../compare/statistics';
import { figure, paragraph } from './markdown';
import { type Result, setUpWords } from './results';

const secondMs = 1_000;

const states = ['delivered', 'cancelled', 'refused', 'expired', 'undeliverable'];

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
      `${rounds.length} rounds from seed ${seed} on, begun on ${rounds[0]?.startedAt.slice(0, 10)}. [durability.md](../../docs/durability.md) says how they are played and judged.`,
    ),
    paragraph(
      `${figures('orders')} orders: ${states
        .map((state) => `${figures(`state ${state}`)} ${state}`)
        .join(
          ', ',
        )}. ${counted('crash point: ')} processes died at a named crash point, and there were ${counted('fault: ') - counted('fault: crash_point')} other faults. Violations of safety: ${sum(({ safety }) => safety.length)}, of liveness: ${sum(({ liveness }) => liveness.length)}; crash points missed: ${sum(({ missed }) => missed.length)}. All had ended ${figure(median(settled))} s after the last fault, at most ${figure(Math.max(...settled))} s.`,
    ),
  ];
};
