import { type ChildProcess, spawn } from 'node:child_process';
import { freePort, isListening } from '../../src/bounded/free-port';
import type { TestIssuer } from './issuer';
import type { Platform } from './platform';
import { until } from './until';

const running = new Set<ChildProcess>();

/** What every program of the examples is told by. */
interface ProgramSettings {
  readonly platformUrl: string;
  readonly issuerId: string;
  readonly secret: string;
  readonly port: number;
}

interface Started {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isSilent?: boolean;
  readonly listens?: boolean;
}

export const startProgram = async (
  command: string,
  args: readonly string[],
  { platformUrl, issuerId, secret, port }: ProgramSettings,
  { cwd, env = {}, isSilent = false, listens = true }: Started = {},
): Promise<ChildProcess> => {
  const told = isSilent ? 'ignore' : 'inherit';
  const program = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: {
      PATH: process.env.PATH,
      PLATFORM_URL: platformUrl,
      ISSUER_ID: issuerId,
      ISSUER_SECRET: secret,
      CALLBACK_PORT: String(port),
      ...env,
    },
    stdio: ['ignore', told, told],
  });
  running.add(program);
  if (listens) {
    await until('the program listens', () => {
      if (program.exitCode !== null) throw new Error(`the program ended with ${program.exitCode}`);
      return isListening(port);
    });
  }
  return program;
};

/** An issuer that is a program of another language takes over from the test's own: it is called from now on, or fetches. */
export const startIssuerProgram = async (
  platform: Platform,
  issuer: TestIssuer,
  command: string,
  args: readonly string[],
  how: 'is called' | 'fetches' = 'is called',
): Promise<void> => {
  const port = await freePort();
  const isCalled = how === 'is called';
  const { issuerId, secret } = issuer;
  await startProgram(command, args, { platformUrl: platform.baseUrl, issuerId, secret, port }, { listens: isCalled });
  const moved = await platform.operator('PATCH', `/issuers/${issuer.issuerId}`, {
    callback: isCalled ? { kind: 'url', url: `http://127.0.0.1:${port}/callback` } : { kind: 'pull' },
  });
  if (moved.status !== 200) throw new Error(`the callback was not moved: ${JSON.stringify(moved.body)}`);
};

export const stopIssuerPrograms = (): void => {
  for (const program of running) program.kill('SIGKILL');
  running.clear();
};
