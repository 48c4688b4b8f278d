import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandEnd, exitCodes } from '../exit';

export type Env = Readonly<Record<string, string | undefined>>;

export interface KeptIssuer {
  readonly issuerId: string;
  readonly secret: string;
}

interface KeptIssuers {
  /** The platform of the last login. */
  readonly current?: string;
  readonly issuers: Readonly<Record<string, KeptIssuer>>;
}

const none: KeptIssuers = { issuers: {} };

/** Of this user alone: it holds secrets. */
export const keptIssuersPath = (env: Env): string =>
  join(
    env.XDG_CONFIG_HOME || (process.platform === 'win32' && env.APPDATA) || join(homedir(), '.config'),
    'codeferry',
    'issuers.json',
  );

const readAll = (env: Env): KeptIssuers => {
  const path = keptIssuersPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none;
    throw new CommandEnd(exitCodes.refused, `${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    const { current, issuers } = JSON.parse(text);
    if (typeof issuers === 'object' && issuers !== null) return { current, issuers };
  } catch {
    // Told below.
  }
  throw new CommandEnd(exitCodes.refused, `${path} is not what login writes: mend it, or delete it`);
};

/** A crash leaves the old file or the new one; a file that others may read is never there. */
const writeAll = (env: Env, kept: KeptIssuers): void => {
  const path = keptIssuersPath(env);
  const fresh = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(fresh, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
};

export const keepIssuer = (env: Env, url: string, issuer: KeptIssuer): void =>
  writeAll(env, { current: url, issuers: { ...readAll(env).issuers, [url]: issuer } });

/** Resolves to whose credentials they were. */
export const forgetIssuer = (env: Env, url: string): KeptIssuer | undefined => {
  const { current, issuers } = readAll(env);
  const { [url]: forgotten, ...rest } = issuers;
  if (forgotten) writeAll(env, { ...(current && current !== url ? { current } : {}), issuers: rest });
  return forgotten;
};

export const keptUrl = (env: Env): string | undefined => readAll(env).current;
export const keptIssuer = (env: Env, url: string): KeptIssuer | undefined => readAll(env).issuers[url];
