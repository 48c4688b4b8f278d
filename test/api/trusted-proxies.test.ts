import { type Answer, type Platform, read, startPlatform } from '../support/platform';
import { expectProblem } from '../support/problem';

const running: Platform[] = [];
afterAll(() => Promise.all(running.map((platform) => platform.stop())));

const signInBehind = async (trustedProxies: readonly string[]) => {
  const platform = await startPlatform({ worker: false, trustedProxies });
  running.push(platform);
  const signIn = (forwardedFor: string, token = platform.operatorToken): Promise<Answer> =>
    read(
      fetch(`${platform.baseUrl}/v1/operator/console/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
        body: JSON.stringify({ token }),
      }),
    );
  const lockOut = async (forwardedFor: string): Promise<void> => {
    for (let n = 0; n < 5; n += 1)
      expectProblem(await signIn(forwardedFor, `wrong-token-${n}`), 401, 'operator_unauthorized');
  };
  return { platform, signIn, lockOut };
};

test('behind a trusted proxy five wrong tokens keep only who gave them from signing in', async () => {
  const { platform, signIn, lockOut } = await signInBehind(['127.0.0.0/8', '::1']);
  await lockOut('203.0.113.7');
  expectProblem(await signIn('203.0.113.7'), 429, 'rate_limited');
  expectProblem(await signIn('198.51.100.1, 203.0.113.7'), 429, 'rate_limited');
  expect((await signIn('203.0.113.8')).status).toBe(201);
  const wrong = platform
    .logText()
    .split('\n')
    .filter((line) => line.includes('a wrong operator token'));
  expect(wrong.map((line) => JSON.parse(line).from)).toEqual(Array(5).fill('203.0.113.7'));
});

test('nobody else is believed: another address in a header is no way around the limit', async () => {
  const { signIn, lockOut } = await signInBehind([]);
  await lockOut('203.0.113.7');
  expectProblem(await signIn('203.0.113.8'), 429, 'rate_limited');
});
