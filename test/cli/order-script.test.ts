import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

test('`npm run order` signs with a secret that stands in no list of processes', async () => {
  const signed: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    new Webhook(secret).verify(body, request.headers as Record<string, string>);
    signed.push(`${request.url} ${JSON.parse(body).orderNo}`);
    response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const script = join(__dirname, '..', '..', 'scripts', 'order.mjs');
    const given = ['--issuer', 'mine', '--order-no', 'A-1', '--url', url, '--data-dir', join(tmpdir(), 'none-of-ours')];
    const env = { ...process.env, CODEFERRY_ISSUER_SECRET: secret };
    await promisify(execFile)(process.execPath, [script, ...given], { env }).catch(() => undefined);
    expect(signed).toEqual(['/v1/issuers/mine/orders A-1']);
  } finally {
    server.close();
  }
});
