import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../src/bounded/free-port';
import { projectFolder } from '../../../src/dev/project-folder';
import { readMachine } from '../../compare/machine';
import { startSimulators } from '../../compare/simulators';
import { writeResult } from '../../report/results';
import { publishedShelf, shelfIn, writePage } from '../../report/write-page';
import { type Contender, type ContenderName, titles } from './contender';
import type { Findings } from './findings';
import { type Loss, measureLoss } from './loss';
import { createKilledLoad } from './loss-load';
import { type Options, readOptions } from './options';
import { measureSpeed, type Speed } from './speed';
import { peerStarts } from './start-peers';
import { databaseKind, type StartOptions, startBare, startPlatform } from './start-temporal';
import { readVersions } from './versions';

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

const say = (line: string): void => void process.stderr.write(`• ${line}\n`);

const saySpeed = ({ contender, inFlight, deliveredPerSecond, paymentToCode, endings }: Speed): void =>
  say(
    [
      `${titles[contender]}, ${inFlight} in flight: ${deliveredPerSecond.toFixed(1)} orders/s`,
      `payment to code p50 ${paymentToCode.p50?.toFixed(1) ?? '-'} ms`,
      `accepted ${endings.accepted}, delivered once ${endings.deliveredOnce}`,
    ].join(', '),
  );

const sayLoss = ({ contender, kills, accepted, neverDelivered, acceptedButUnknown, settledMs, ...loss }: Loss): void =>
  say(
    [
      `${titles[contender]}, ${kills.app} + ${kills.store} kills: accepted ${accepted}, never delivered ${neverDelivered}`,
      `unknown ${acceptedButUnknown}, twice with another id ${loss.twiceWithAnotherId}, another code ${loss.twiceWithAnotherCode}`,
      `repeated deliveries ${loss.repeated.deliveries}, settled after ${(settledMs / 1_000).toFixed(1)} s`,
    ].join(', '),
  );

/** Both parts of the run for all contenders; one that cannot start, or breaks, is told and does not end the run. */
const measureAll = async (options: Options, folder: string) => {
  const simulators = await startSimulators(folder);
  const terminalPort = await freePort();
  const load = await createKilledLoad(terminalPort);
  const terminalUrl = `http://127.0.0.1:${terminalPort}/terminal`;
  const speeds: Speed[] = [];
  const losses: Loss[] = [];
  const missing: Partial<Record<ContenderName, string>> = {};

  const during = async (
    name: ContenderName,
    what: string,
    start: Omit<StartOptions, 'folder' | 'issuers'>,
    work: (contender: Contender) => Promise<void>,
  ): Promise<void> => {
    let contender: Contender | undefined;
    try {
      contender = await starts[name]({ ...start, folder: join(folder, `${what}-${name}`), issuers: options.issuers });
      await work(contender);
    } catch (error) {
      missing[name] = error instanceof Error ? error.message : String(error);
      say(`${titles[name]}, ${what}: ${missing[name]}`);
    } finally {
      await contender?.stop();
    }
  };

  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const name of inTurn(options, round)) {
        await during(name, `speed-${round}`, { outside: simulators.outside }, async (contender) => {
          const measured = await measureSpeed(contender, simulators, options, round);
          measured.forEach(saySpeed);
          speeds.push(...measured);
        });
      }
    }
    for (const name of options.kills > 0 ? options.only : []) {
      const outside = { callbackUrl: simulators.outside.callbackUrl, terminalUrl };
      await during(name, 'loss', { outside }, async (contender) => {
        const loss = await measureLoss(contender, { simulators, load }, options);
        sayLoss(loss);
        losses.push(loss);
      });
    }
  } finally {
    load.close();
    await simulators.stop();
  }
  return { speeds, losses, missing };
};

/** `npm run bench:peers`: measures, kills, counts, keeps the figures, and makes the page anew. With `--only` it writes both beside the data. */
const main = async (): Promise<void> => {
  const startedAt = new Date();
  const options = readOptions(process.argv.slice(2));
  const folder = join(projectFolder, '.data', 'bench-peers');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const machine = await readMachine();
  const found = await measureAll(options, folder);
  const findings: Findings = {
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    options,
    machine,
    versions: await readVersions(machine),
    databaseKind: databaseKind(),
    ...found,
  };
  const shelf = options.isPartial ? shelfIn(folder) : publishedShelf;
  writeResult(shelf.results, 'peers', { engine: 'dev', database: findings.databaseKind }, findings);
  say(`written: ${writePage(shelf)}`);
};

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
