import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StageAnswer, StageRequest } from '../../conformance/stage-request';
import { notListening } from '../exit';

/** Larger than any call of an issuer may be. */
const bodyMaxBytes = 1024 * 1024 + 1;

/** The second interface of a run on this machine: where the issuer under test is pointed to. */
export const serveStage = async (
  address: { host: string; port: number },
  answerTo: (request: StageRequest, signal: AbortSignal) => Promise<StageAnswer | undefined>,
  onCall: (target: string) => void,
) => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    onCall(request.url ?? '');
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      sizeBytes += (chunk as Buffer).length;
      if (sizeBytes > bodyMaxBytes) break;
      chunks.push(chunk as Buffer);
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { method = '', url: target = '', headers } = request;
    const answer = await answerTo({ method, target, headers, rawBody: Buffer.concat(chunks) }, gone.signal);
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
    else
      response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end('{"code":"order_unknown","retryable":false}');
  };
  // The other side went away.
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  await new Promise<void>((done, fail) => {
    server.once('error', (error) => fail(notListening(address, error)));
    server.listen(address.port, address.host, done);
  });
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const url = `http://${host}:${port}`;
  return {
    url,
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
