import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound } from '../../src/outbound/client';
import { createSandboxCallsOut } from '../../src/sandbox/calls-out';

const testIssuer = `test-${'0a'.repeat(10)}`;

test('a test issuer is called 60 times a minute, each for itself, and a live one as often as it likes', async () => {
  let nowMs = 1_000_000;
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const outbound = createOutbound({
    guard: createAddressGuard({ allowCidrs: ['127.0.0.0/8'], sandboxAllowCidrs: ['127.0.0.0/8'] }),
    clock: { nowMs: () => nowMs },
    isSpent: createSandboxCallsOut(() => nowMs).isSpent,
  });
  const called = async (issuerId: string, times: number) => {
    const before = calls;
    for (let n = 0; n < times; n += 1) {
      const result = await outbound.postSigned({ issuerId, url, body: Buffer.from('{}'), headers: {} });
      if (result.kind === 'failed') expect(result.reason).toBe('over_limit');
    }
    return calls - before;
  };
  try {
    expect(await called(testIssuer, 62)).toBe(60);
    expect(await called(`test-${'0b'.repeat(10)}`, 1)).toBe(1);
    expect(await called('acme', 62)).toBe(62);
    nowMs += 60_000;
    expect(await called(testIssuer, 2)).toBe(2);
  } finally {
    await outbound.close();
    server.closeAllConnections();
    server.close();
  }
});

test('a test issuer goes where SANDBOX_CALLBACK_ALLOW lets it, and CALLBACK_ALLOW never counts for it', async () => {
  const guard = createAddressGuard({
    allowCidrs: ['10.0.0.0/8', `${testIssuer}@10.0.0.0/8`],
    sandboxAllowCidrs: ['127.0.0.1/32'],
  });
  const problem = async (issuerId: string, url: string) => (await guard.of(issuerId).urlProblem(url))?.code;
  expect(await problem(testIssuer, 'http://127.0.0.1/')).toBeUndefined();
  expect(await problem(testIssuer, 'http://10.0.0.1/')).toBe('address_forbidden');
  expect(await problem('acme', 'http://127.0.0.1/')).toBe('address_forbidden');
  expect(await problem('acme', 'http://10.0.0.1/')).toBeUndefined();
  expect(guard.ownerOf(testIssuer)).toBe(testIssuer);
});
