import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type PlatformSide, startPlatformSide } from '../compare/sides';
import type { Simulators } from '../compare/simulators';
import type { GrowthOptions } from './options';
import { playLoad } from './played';

/** What every piece is given. */
export interface Growing {
  readonly options: GrowthOptions;
  readonly simulators: Simulators;
  readonly folder: string;
  say(line: string): void;
  /** Which database the platform was given. */
  sawDatabase(kind: string): void;
}

const warmInFlight = 16;

/** A fresh platform that has seen orders: work with it, then it is stopped. `warmed` orders were accepted before. */
export const withPlatform = async <T>(
  growing: Growing,
  {
    name,
    issuers = 8,
    copies = 1,
    isCold = false,
  }: { name: string; issuers?: number; copies?: number; isCold?: boolean },
  work: (side: PlatformSide, warmed: number) => Promise<T>,
): Promise<T> => {
  const { simulators, options } = growing;
  const folder = join(growing.folder, name);
  mkdirSync(folder, { recursive: true });
  const side = await startPlatformSide({ folder, outside: simulators.outside, issuers, copies, engine: 'dev' });
  growing.sawDatabase(side.database.kind);
  try {
    await simulators.knowIssuers(side.target.issuers);
    return await work(side, isCold ? 0 : await warmUp(growing, side, options.warmUpMs));
  } finally {
    await side.stop();
  }
};

/** How many orders were accepted meanwhile. */
export const warmUp = async (growing: Growing, side: PlatformSide, warmUpMs: number): Promise<number> => {
  const { endings } = await playLoad(growing, side, {
    name: 'warm',
    load: { kind: 'closed', inFlight: warmInFlight },
    leadInMs: 0,
    windowMs: warmUpMs,
  });
  return endings.accepted;
};
