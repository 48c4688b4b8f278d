import { type ChildProcess, spawn } from 'node:child_process';
import { freePort, isListening } from '../../src/bounded/free-port';
import type { TestIssuer } from './issuer';
import type { Platform } from './platform';
import { until } from './until';

const running = new Set<ChildProcess>();

/** An issuer that is a program of another language takes over from the test's own: it is called from now on, or fetches. */
export const startIssuerProgram = async (
  platform: Platform,
  issuer: TestIssuer,
  command: string,
  args: readonly string[],
  how: 'is called' | 'fetches' = 'is called',
): Promise<void> => {
  const port = await freePort();
  const program = spawn(command, args, {
    env: {
      PATH: process.env.PATH,
      PLATFORM_URL: platform.baseUrl,
      ISSUER_ID: issuer.issuerId,
      ISSUER_SECRET: issuer.secret,
      CALLBACK_PORT: String(port),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  running.add(program);
  const isCalled = how === 'is called';
  if (isCalled) {
    await until('the program listens', () => {
      if (program.exitCode !== null) throw new Error(`the program ended with ${program.exitCode}`);
      return isListening(port);
    });
  }
  const moved = await platform.operator('PATCH', `/issuers/${issuer.issuerId}`, {
    callback: isCalled ? { kind: 'url', url: `http://127.0.0.1:${port}/callback` } : { kind: 'pull' },
  });
  if (moved.status !== 200) throw new Error(`the callback was not moved: ${JSON.stringify(moved.body)}`);
};

export const stopIssuerPrograms = (): void => {
  for (const program of running) program.kill('SIGKILL');
  running.clear();
};
