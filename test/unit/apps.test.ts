import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { type Apps, createApps } from '../../src/api/edge/apps';
import { versions } from '../../src/contract/versions';
import { noTracing } from '../../src/tracing/tracing';

const appsAt = (publicUrl: string, trustedProxies: readonly string[] = []) =>
  createApps({
    ...{ publicUrl, adminUrl: undefined, trustedProxies, tracing: noTracing, versions, nowMs: Date.now },
    observe: (_request, _response, next) => next(),
    log: pino({ level: 'silent' }),
  });

const answerOf = async (apps: Apps, init: RequestInit = {}): Promise<Response> => {
  const server = createServer(apps.public);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, init);
  await new Promise((resolve) => server.close(resolve));
  return answer;
};

const headersAt = async (publicUrl: string) => (await answerOf(appsAt(publicUrl))).headers;

test('behind https browsers are told to stay there, without it they are not', async () => {
  expect((await headersAt('https://codes.example')).get('strict-transport-security')).toBe('max-age=31536000');
  expect((await headersAt('http://codes.example')).get('strict-transport-security')).toBeNull();
});

test('what names no policy of its own may load nothing', async () => {
  const policy = (await headersAt('https://codes.example')).get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
});

describe('of a header that lists', () => {
  const apps = appsAt('https://codes.example', ['127.0.0.0/8', '10.0.0.0/8']);
  apps.public.get('/', ({ headers, ip, ips }, response) => {
    response.json({ headers, ip, ips });
  });
  const given = async (name: string, value: string) =>
    (await (await answerOf(apps, { headers: { [name]: value } })).json()) as {
      headers: Record<string, string>;
      ip: string;
      ips: string[];
    };
  const list = (n: number, entry: (n: number) => string, separator = ',') =>
    Array.from({ length: n }, (_, at) => entry(at)).join(separator);

  test.each(['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'if-none-match'])(
    'twenty entries of %s are read',
    async (name) => {
      for (const separator of [',', ', ']) {
        const twenty = list(20, (n) => `a${n};q=0.5`, separator);
        expect((await given(name, twenty)).headers[name]).toBe(twenty);
        expect(
          (
            await given(
              name,
              list(1_000, (n) => `a${n};q=0.5`, separator),
            )
          ).headers[name],
        ).toBe(twenty);
      }
    },
  );

  test('the last twenty addresses are read: those before are as somebody wrote them who is not known', async () => {
    const hops = `${list(1_000, (n) => `10.0.${n % 200}.1:80`)},`;
    expect(await given('x-forwarded-for', `${hops}203.0.113.7:5,10.0.0.1`)).toMatchObject({ ip: '203.0.113.7' });
    expect((await given('x-forwarded-for', `${hops}10.0.0.1`)).ips).toHaveLength(20);
    expect(await given('x-forwarded-for', '203.0.113.7')).toMatchObject({ ip: '203.0.113.7' });
    expect(await given('x-forwarded-for', `,${'203.0.113.9,'.repeat(20)}203.0.113.8`)).toMatchObject({
      ip: '203.0.113.8',
    });
  });
});
