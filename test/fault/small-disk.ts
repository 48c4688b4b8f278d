import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const smallMaxBytes = 2 ** 30;
const block = Buffer.alloc(2 ** 20);

export interface SmallDisk {
  fill(): void;
  free(): void;
}

/** @throws where the file system is not a small one: nobody's disk is filled by mistake. */
export const openSmallDisk = (folder: string): SmallDisk => {
  const { bsize, blocks } = statfsSync(folder);
  if (bsize * blocks > smallMaxBytes)
    throw new Error(`${folder} is not a small disk: mount a tmpfs of at most 1 GiB there`);
  const ballast = join(folder, 'ballast');
  rmSync(ballast, { force: true });
  return {
    fill: () => {
      const file = openSync(ballast, 'a');
      try {
        while (writeSync(file, block) === block.length);
        // A last short write took what was left of less than a block.
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
  };
};
