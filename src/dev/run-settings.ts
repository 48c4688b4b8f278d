import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectFolder } from './project-folder';

/** A start that cannot work, told in one message without a stack. */
export class CannotStart extends Error {}

export interface RunSettings {
  host: string;
  port: number;
  /** Where this machine reaches the api, whatever its public address is. */
  localUrl: string;
  publicUrl: string;
  dataDir: string;
  /** Set when the engine or the database is somebody else's: it is then not started here. */
  temporalAddress: string | undefined;
  mongodbUri: string | undefined;
  demo: boolean;
  operatorToken: string;
  masterKey: string;
  codecSecret: string;
}

interface Secrets {
  operatorToken: string;
  masterKey: string;
  codecSecret: string;
}

function isSecrets(value: unknown): value is Secrets {
  const kept = value as Partial<Secrets> | null;
  return [kept?.operatorToken, kept?.masterKey, kept?.codecSecret].every((secret) => typeof secret === 'string');
}

/** Made once per data folder: another master key would make its sealed codes unreadable. */
function secretsOf(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json');
  let kept: string | undefined;
  try {
    kept = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (kept !== undefined) {
    const secrets = JSON.parse(kept) as unknown;
    if (!isSecrets(secrets)) throw new CannotStart(`${path} is damaged; restore it, or use another DATA_DIR.`);
    return secrets;
  }
  const made: Secrets = {
    operatorToken: randomBytes(24).toString('base64url'),
    masterKey: randomBytes(32).toString('base64'),
    codecSecret: randomBytes(24).toString('base64url'),
  };
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}

function portFrom(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new CannotStart(`PORT must be 1 to 65535, not ${text}.`);
  return port;
}

export function readRunSettings(env: NodeJS.ProcessEnv): RunSettings {
  const temporalAddress = env.TEMPORAL_ADDRESS || undefined;
  const mongodbUri = env.MONGODB_URI || undefined;
  const missing = ['OPERATOR_TOKEN', 'MASTER_KEY'].filter((name) => !env[name]);
  if ((temporalAddress !== undefined || mongodbUri !== undefined) && missing.length > 0) {
    throw new CannotStart(
      `With TEMPORAL_ADDRESS or MONGODB_URI set, ${missing.join(' and ')} must be set too: secrets that are made up here would not outlive this folder.`,
    );
  }
  const host = env.HOST || '127.0.0.1';
  const port = portFrom(env.PORT || '8080');
  const dataDir = resolve(env.DATA_DIR || join(projectFolder, '.data', 'run'));
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const made = secretsOf(dataDir);
  const reachedHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const localUrl = `http://${reachedHost.includes(':') ? `[${reachedHost}]` : reachedHost}:${port}`;
  return {
    host,
    port,
    localUrl,
    publicUrl: env.PUBLIC_URL || localUrl,
    dataDir,
    temporalAddress,
    mongodbUri,
    demo: env.DEMO !== 'off',
    operatorToken: env.OPERATOR_TOKEN || made.operatorToken,
    masterKey: env.MASTER_KEY || made.masterKey,
    codecSecret: env.CODEC_SECRET || made.codecSecret,
  };
}
