import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createEntries, type IssuerStore, type StoreLimits } from './store';

/** A file is written again without what was forgotten once it is larger than this, and than twice what is in use. */
const rewriteMinBytes = 1024 * 1024;
/** The codes that an issuer made are in it. */
const mode = 0o600;

/** It stands on a line of its own, so that one that a crash cut short spoils no other. */
const lineOf = (...entry: readonly string[]): string => `\n${JSON.stringify(entry)}`;

/** Without a value: it is forgotten. */
const parsed = (line: string): readonly [key: string, value?: string] | undefined => {
  try {
    const entry = JSON.parse(line);
    return entry.length <= 2 && entry.every((part: unknown) => typeof part === 'string') ? entry : undefined;
  } catch {
    return undefined;
  }
};

const textOf = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });

/** A new name in a folder is durable with the folder; where a folder cannot be opened, the system sees to it. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
};

/** One file for one process at a time: each entry is on the disk before it counts. */
export const fileStore = (path: string, limits: StoreLimits = {}): IssuerStore => {
  const { entries, sizeBytes, add, remove } = createEntries(limits);
  let fileBytes = 0;

  /** Opened for each write: whoever drops the store has nothing to close. */
  const write = async (to: string, flags: 'a' | 'w', text: string): Promise<void> => {
    const file = await open(to, flags, mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  };

  const load = async (): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    const text = await textOf(path);
    for (const line of text.split('\n')) {
      const [key, value] = parsed(line) ?? [];
      if (key === undefined) continue;
      if (value === undefined) remove(key);
      else add(key, value);
    }
    fileBytes = Buffer.byteLength(text);
    await write(path, 'a', '');
    await syncFolder(path);
  };

  const rewrite = async (): Promise<void> => {
    const text = [...entries].map(([key, value]) => lineOf(key, value)).join('');
    await write(`${path}.new`, 'w', text);
    await rename(`${path}.new`, path);
    await syncFolder(path);
    fileBytes = Buffer.byteLength(text);
  };

  let loading: Promise<void> | undefined;
  const loaded = (): Promise<void> => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };

  const append = async (line: string, change: () => void): Promise<void> => {
    await write(path, 'a', line);
    fileBytes += Buffer.byteLength(line);
    change();
    if (fileBytes > rewriteMinBytes && fileBytes > 2 * sizeBytes()) await rewrite();
  };

  /** One after the other, so that the first value of a key is the one in the file. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(loaded).then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    read: async (key) => {
      await loaded();
      return entries.get(key);
    },
    keep: (key, value) =>
      inTurn(async () => {
        const kept = entries.get(key);
        if (kept !== undefined) return kept;
        await append(lineOf(key, value), () => add(key, value));
        return value;
      }),
    forget: (key) =>
      inTurn(async () => {
        if (entries.has(key)) await append(lineOf(key), () => remove(key));
      }),
  };
};
