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
  const lockOut = async (...forwardedFor: readonly string[]): Promise<void> => {
    for (let n = 0; n < 5; n += 1) {
      const from = String(forwardedFor[n % forwardedFor.length]);
      expectProblem(await signIn(from, `wrong-token-${n}`), 401, 'operator_unauthorized');
    }
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

test('a port that a proxy writes behind an address makes no other network of it, nor of the proxy another one', async () => {
  const { signIn, lockOut } = await signInBehind(['127.0.0.0/8', '::1', '198.51.100.1']);
  await lockOut('203.0.113.7:50001', '203.0.113.7:50002', '203.0.113.7', '203.0.113.7:50003, 198.51.100.1:443');
  expectProblem(await signIn('203.0.113.7:50004'), 429, 'rate_limited');
  expect((await signIn('203.0.113.8:50004, 198.51.100.1:443')).status).toBe(201);
  await lockOut('[2001:db8::7]:50001', '[2001:db8::8]', '2001:db8::9');
  expectProblem(await signIn('[2001:db8::10]:443'), 429, 'rate_limited');
  await lockOut('unknown', '_hidden', 'unknown:1', '203.0.113.9:none');
  expectProblem(await signIn('another'), 429, 'rate_limited');
});

test('nobody else is believed: another address in a header is no way around the limit', async () => {
  const { signIn, lockOut } = await signInBehind([]);
  await lockOut('203.0.113.7');
  expectProblem(await signIn('203.0.113.8'), 429, 'rate_limited');
});
