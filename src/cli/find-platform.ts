import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wrongUsage } from './exit';

export interface Found {
  readonly url: string;
  /** Absent where only the address is known, which is enough for `health`. */
  readonly token: string | undefined;
}

export interface FindOptions {
  readonly url: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
}

const fieldOf = (path: string, field: string): string | undefined => {
  try {
    const value = (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>)[field];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
};

export const addressOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw wrongUsage('The address of a platform begins with https:// or http://');
  if (url.username || url.password) throw wrongUsage('The address of a platform holds no user and no password');
  return url.origin + url.pathname.replace(/\/+$/, '');
};

/** Where what `npm start` of this project runs is. */
export const runningUrl = (dataDir: string, side: 'publicUrl' | 'operatorUrl'): string | undefined =>
  fieldOf(join(dataDir, 'running.json'), side);

/**
 * What was said wins over what lies in the data folder of `npm start`. The token of that folder goes to the platform of
 * that folder only: whoever names another address gives its token too.
 */
export const findPlatform = ({ url, env, dataDir }: FindOptions): Found => {
  const running = runningUrl(dataDir, 'operatorUrl');
  const said = url ?? (env.CODEFERRY_URL || undefined);
  const chosen = said ?? running;
  if (chosen === undefined) {
    throw wrongUsage('Which platform? Set CODEFERRY_URL and CODEFERRY_TOKEN, or run `npm start` in this project.');
  }
  const address = addressOf(chosen);
  const isOurs = running !== undefined && URL.canParse(running) && addressOf(running) === address;
  const kept = isOurs ? fieldOf(join(dataDir, 'secrets.json'), 'operatorToken') : undefined;
  return { url: address, token: env.CODEFERRY_TOKEN || kept };
};
