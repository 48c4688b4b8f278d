import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { createApps } from '../../src/api/edge/apps';
import { versions } from '../../src/contract/versions';
import { noTracing } from '../../src/tracing/tracing';

const headersAt = async (publicUrl: string): Promise<Headers> => {
  const apps = createApps({
    ...{ publicUrl, adminUrl: undefined, trustedProxies: [], tracing: noTracing, versions, nowMs: Date.now },
    observe: (_request, _response, next) => next(),
    log: pino({ level: 'silent' }),
  });
  const server = createServer(apps.public);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await new Promise((resolve) => server.close(resolve));
  return headers;
};

test('behind https browsers are told to stay there, without it they are not', async () => {
  expect((await headersAt('https://codes.example')).get('strict-transport-security')).toBe('max-age=31536000');
  expect((await headersAt('http://codes.example')).get('strict-transport-security')).toBeNull();
});

test('what names no policy of its own may load nothing', async () => {
  const policy = (await headersAt('https://codes.example')).get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
});
