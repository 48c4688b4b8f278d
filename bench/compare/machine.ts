import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { temporalPath } from '../../src/dev/temporal-programs';

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly temporal: string;
  /** Before anything of the run began: others' work on the machine. */
  readonly loadBefore: number;
}

const versionLimitMs = 10_000;

export const readMachine = async (): Promise<Machine> => {
  const path = await temporalPath();
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: versionLimitMs });
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    kernel: release(),
    node: process.version,
    temporal: stdout.trim(),
    loadBefore: loadavg()[0] ?? 0,
  };
};
