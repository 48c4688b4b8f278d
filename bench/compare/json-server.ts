import { createServer, type IncomingMessage, request, type Server } from 'node:http';

export interface JsonAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export type Handle = (call: {
  path: string;
  json: unknown;
  headers: IncomingMessage['headers'];
}) => Promise<JsonAnswer>;

const readBody = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** The least that a server can be: the bare order's api, the simulators and the null server stand on it. */
export const serveJson = (port: number, handle: Handle): Promise<Server> => {
  const answer = async (message: IncomingMessage): Promise<JsonAnswer> => {
    const text = await readBody(message);
    const { url: path = '/', headers } = message;
    return handle({ path, json: text === '' ? undefined : JSON.parse(text), headers });
  };
  const server = createServer({ keepAliveTimeout: 65_000 }, (message, response) => {
    answer(message).then(
      ({ status, body }) => {
        if (body === undefined) response.writeHead(status).end();
        else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      },
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        response.writeHead(500).end();
      },
    );
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', 4_096, () => resolve(server));
  });
};

/** How the bench's main talks to its own processes. It has no time limit: an end waits for the last order. */
export const tell = <T>(port: number, path: string, body: unknown = {}): Promise<T> =>
  new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', path, method: 'POST' }, (response) => {
      readBody(response).then((text) => {
        if (response.statusCode !== 200) reject(new Error(`${path} was answered ${response.statusCode}`));
        else resolve((text === '' ? undefined : JSON.parse(text)) as T);
      }, reject);
    });
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
