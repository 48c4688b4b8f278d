import { type Growing, withPlatform } from './growing';
import { keptOf, type Played, playedLine, playLoad } from './played';

export interface Processes {
  readonly inFlight: number;
  /** Rising; `copies` workers and as many apis. */
  readonly counts: readonly ({ readonly copies: number } & Played)[];
}

export const processesInFlight = 64;
const ownSeconds = 20;

/** More workers and apis against one engine and one database, each count on fresh ones. */
export const measureProcesses = async (growing: Growing) => {
  const { options, say } = growing;
  const seconds = options.seconds ?? ownSeconds;
  const counts: ({ copies: number } & Played)[] = [];
  for (const copies of options.processes) {
    const played = await withPlatform(growing, { name: `processes-${copies}`, copies }, (side) =>
      playLoad(growing, side, {
        name: `copies-${copies}`,
        load: { kind: 'closed', inFlight: processesInFlight },
        windowMs: seconds * 1_000,
      }),
    );
    say(playedLine(`${copies} worker and api processes each`, played));
    counts.push({ copies, ...keptOf(played) });
  }
  const found: Processes = { inFlight: processesInFlight, counts };
  return {
    settings: { seconds, warmUpSeconds: options.warmUpMs / 1_000, processes: options.processes.join(', ') },
    isWhole: counts.every((count) => count.isWhole),
    found,
  };
};
