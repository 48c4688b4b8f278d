import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../src/dev/project-folder';
import { readMachine } from '../../../test/bench/machine';
import { startSimulators } from '../../../test/bench/simulators';
import { type Contender, type ContenderName, titles } from './contender';
import { type Options, readOptions } from './options';
import { measureSpeed, type Speed } from './speed';
import { peerStarts } from './start-peers';
import { type StartOptions, startBare, startPlatform } from './start-temporal';

const starts: Readonly<Record<ContenderName, (options: StartOptions) => Promise<Contender>>> = {
  platform: startPlatform,
  bare: startBare,
  ...peerStarts,
};

/** Another one begins each round, so that no contender always meets the same minute. */
const inTurn = ({ only }: Options, round: number): ContenderName[] => {
  const first = (round - 1) % only.length;
  return [...only.slice(first), ...only.slice(0, first)];
};

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2));
  const say = (line: string): void => void process.stderr.write(`• ${line}\n`);
  const folder = join(projectFolder, '.data', 'bench-peers');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await readMachine();
  const simulators = await startSimulators(folder);
  const speeds: Speed[] = [];
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const name of inTurn(options, round)) {
        const contender = await starts[name]({
          folder: join(folder, `speed-${round}-${name}`),
          outside: simulators.outside,
          issuers: options.issuers,
        });
        try {
          const measured = await measureSpeed(contender, simulators, options, round);
          for (const { inFlight, deliveredPerSecond, paymentToCode, isWhole, endings } of measured) {
            say(
              `${titles[name]} ${inFlight} in flight: ${deliveredPerSecond.toFixed(1)} orders/s, payment to code p50 ${paymentToCode.p50?.toFixed(1)} ms, whole ${isWhole} ${JSON.stringify(endings)}`,
            );
          }
          speeds.push(...measured);
        } finally {
          await contender.stop();
        }
      }
    }
  } finally {
    await simulators.stop();
  }
};

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
