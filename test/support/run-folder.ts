import { constants } from 'node:fs';
import { access, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A whole run writes some 500 MB. */
const leastFreeBytes = 4 * 1024 ** 3;

const hasRoom = async (folder: string): Promise<boolean> => {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= leastFreeBytes;
  } catch {
    return false;
  }
};

/**
 * For what engine and database of a run keep: in memory, where the machine has it. The database waits for the disk at each
 * write, and what a killed process has written stands in either.
 */
export const runFolder = async (prefix: string): Promise<string> =>
  mkdtemp(join((await hasRoom(memory)) ? memory : tmpdir(), prefix));
