import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLoopbackHost } from '../outbound/address';
import { projectFolder } from './project-folder';

/** A start that cannot work, told in one message without a stack. */
export class CannotStart extends Error {}

/** Given in the environment, it must be free; else it is the first choice, and a free one takes its place. */
export interface PortChoice {
  variable: string;
  port: number;
  isGiven: boolean;
}

/** Of a server: as this machine reaches it, and as people do. */
interface Addresses {
  localUrl: string;
  publicUrl: string;
}

export interface RunSettings extends Addresses {
  host: string;
  port: number;
  ports: Record<'api' | 'temporal' | 'temporalUi' | 'mongo' | 'simulator' | 'smtp', PortChoice>;
  /** With ADMIN_PORT: where operators are, and nobody else. */
  admin: (Addresses & { choice: PortChoice }) | undefined;
  dataDir: string;
  /** Set when the engine or the database is somebody else's: it is then not started here. */
  temporalAddress: string | undefined;
  mongodbUri: string | undefined;
  demo: boolean;
  operatorToken: string;
  masterKey: string;
  /** Of the embedded database. */
  databasePassword: string;
  /** Only where payloads are sealed, for the Temporal UI that is started along. */
  codecSecret: string | undefined;
}

interface Secrets {
  operatorToken: string;
  masterKey: string;
  databasePassword: string;
}

/** A folder from before the database had a password has the first two alone. */
function isSecrets(value: unknown): value is Omit<Secrets, 'databasePassword'> & Partial<Secrets> {
  const kept = value as Partial<Secrets> | null;
  return [kept?.operatorToken, kept?.masterKey].every((secret) => typeof secret === 'string');
}

const randomSecret = (): string => randomBytes(24).toString('base64url');

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
    const { databasePassword } = secrets;
    if (databasePassword !== undefined) return { ...secrets, databasePassword };
    const completed: Secrets = { ...secrets, databasePassword: randomSecret() };
    writeFileSync(`${path}.new`, `${JSON.stringify(completed, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return completed;
  }
  const made: Secrets = {
    operatorToken: randomSecret(),
    masterKey: randomBytes(32).toString('base64'),
    databasePassword: randomSecret(),
  };
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}

function portChoice(env: NodeJS.ProcessEnv, variable: string, firstChoice: number): PortChoice {
  const text = env[variable] || String(firstChoice);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new CannotStart(`${variable} must be 1 to 65535, not ${text}.`);
  return { variable, port, isGiven: Boolean(env[variable]) };
}

/** What a person who writes `DEMO=false` means. */
const meansOff = (text: string | undefined): boolean => /^(off|no|false|0)$/i.test(text?.trim() ?? '');

const closedErrors: Record<string, string> = {
  EACCES: 'cannot be opened: it belongs to another user, or is closed to this one',
  EPERM: 'cannot be opened: it belongs to another user, or is closed to this one',
  EROFS: 'cannot be written: its file system is read-only',
  ENOTDIR: 'is no folder',
  EEXIST: 'is no folder',
};

/** Whatever keeps the folder from being used is told with the setting that names it. */
export function inDataFolder<T>(dataDir: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const reason = closedErrors[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw error;
    throw new CannotStart(`The data folder ${dataDir} ${reason}. Set another one: DATA_DIR=/path/of/yours npm start`);
  }
}

/** Closed to others also where it was there before; a folder with somebody else's files in it is left as it is. */
function openDataFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const names = readdirSync(dataDir);
  if (names.length === 0 || names.includes('secrets.json')) chmodSync(dataDir, 0o700);
}

const reachedHostOf = (host: string): string => {
  return inUrl(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);
};

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** The addresses follow the port that was found free. */
export const withPort = (settings: RunSettings, port: number): RunSettings => {
  const localUrl = `http://${reachedHostOf(settings.host)}:${port}`;
  const isOwnAddress = settings.publicUrl === settings.localUrl;
  return { ...settings, port, localUrl, publicUrl: isOwnAddress ? localUrl : settings.publicUrl };
};

export const operatorsAt = ({ admin, localUrl, publicUrl }: RunSettings): Addresses => admin ?? { localUrl, publicUrl };

const adminOf = (env: NodeJS.ProcessEnv, host: string): RunSettings['admin'] => {
  if (!env.ADMIN_PORT) return undefined;
  const choice = portChoice(env, 'ADMIN_PORT', 0);
  const localUrl = `http://${reachedHostOf(host)}:${choice.port}`;
  return { choice, localUrl, publicUrl: env.ADMIN_URL || localUrl };
};

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
  const ports = {
    api: portChoice(env, 'PORT', 8080),
    temporal: portChoice(env, 'TEMPORAL_PORT', 7233),
    temporalUi: portChoice(env, 'TEMPORAL_UI_PORT', 8233),
    mongo: portChoice(env, 'MONGODB_PORT', 27_027),
    simulator: portChoice(env, 'SIMULATOR_PORT', 8090),
    smtp: portChoice(env, 'SIMULATOR_SMTP_PORT', 2525),
  };
  const { port } = ports.api;
  const dataDir = resolve(env.DATA_DIR || join(projectFolder, '.data', 'run'));
  const made = inDataFolder(dataDir, () => {
    openDataFolder(dataDir);
    return secretsOf(dataDir);
  });
  const localUrl = `http://${reachedHostOf(host)}:${port}`;
  return {
    host,
    port,
    ports,
    localUrl,
    publicUrl: env.PUBLIC_URL || localUrl,
    admin: adminOf(env, host),
    dataDir,
    temporalAddress,
    mongodbUri,
    demo: !meansOff(env.DEMO),
    operatorToken: env.OPERATOR_TOKEN || made.operatorToken,
    masterKey: env.MASTER_KEY || made.masterKey,
    databasePassword: made.databasePassword,
    codecSecret: env.SEAL_PAYLOADS === 'on' ? env.CODEC_SECRET || randomSecret() : undefined,
  };
}

const allOfThisMachine = '127.0.0.0/8';

/**
 * Who may be called on this machine, unless the settings say so. Where others reach the platform, nobody but an operator
 * makes an issuer, and of this machine the simulator alone is called.
 */
export const callsAllowed = (
  env: NodeJS.ProcessEnv,
  { host, publicUrl }: Pick<RunSettings, 'host' | 'publicUrl'>,
  simulatorPort: number | undefined,
) => {
  const isOwn = [inUrl(host), new URL(publicUrl).hostname].every(isLoopbackHost);
  const isDemo = simulatorPort !== undefined;
  const simulator = isOwn ? allOfThisMachine : `127.0.0.1:${simulatorPort}`;
  return {
    CALLBACK_ALLOW: env.CALLBACK_ALLOW ?? (isDemo ? simulator : ''),
    SANDBOX: env.SANDBOX || (isDemo && isOwn ? 'on' : 'off'),
    SANDBOX_CALLBACK_ALLOW: env.SANDBOX_CALLBACK_ALLOW ?? (isDemo && isOwn ? allOfThisMachine : ''),
  };
};
