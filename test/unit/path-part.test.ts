import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operatorCaller } from '../../src/cli/mcp/caller';
import { readProductSettings } from '../../src/contract/operator/settings';
import { pathPart } from '../../src/domain/ids';

test('a name that has no address of its own is none, and calls no other place', async () => {
  expect(pathPart('a/b ..')).toBe('a%2Fb%20..');
  for (const name of ['.', '..', '']) expect(() => pathPart(name)).toThrow('has no address of its own');

  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const call = operatorCaller({ url, token: 'a-token-of-the-test' }, 5_000);
    const ask = (productId: string) => call(readProductSettings, { params: { issuerId: 'acme', productId } });
    await expect(ask('..')).rejects.toThrow('has no address of its own');
    await ask('...');
    expect(asked).toEqual(['/v1/operator/issuers/acme/products/.../settings']);
  } finally {
    server.close();
  }
});
