import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until';

export interface TestSms {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  readonly authorization: string | undefined;
}

/** A real HTTP gateway: it keeps every message that it is asked to send, and answers as told. */
export const startSmsGateway = async () => {
  const asked: TestSms[] = [];
  const answers = new Map<string, (n: number) => number | Promise<number>>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as TestSms;
      asked.push({ ...message, authorization: request.headers.authorization });
      const n = asked.filter(({ to }) => to === message.to).length;
      response.writeHead((await answers.get(message.to)?.(n)) ?? 202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answerTo: (number: string, statusOf: (n: number) => number | Promise<number>): void => {
      answers.set(number, statusOf);
    },
    messageTo: (number: string, n = 1): Promise<TestSms> =>
      until(`SMS ${n} to ${number}`, () => asked.filter(({ to }) => to === number)[n - 1]),
    messagesTo: (number: string): TestSms[] => asked.filter(({ to }) => to === number),
    stop: (): Promise<void> => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
