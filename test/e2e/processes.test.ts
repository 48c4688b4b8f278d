import { randomBytes } from 'node:crypto';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { freePort } from '../../src/bounded/free-port';
import { type Child, startChild } from '../../src/dev/child-process';
import { projectFolder } from '../../src/dev/project-folder';
import type { OrderRow } from '../../src/store/orders';
import { withAllLines } from '../../src/store/timeline';
import { uriOfOwnDatabase } from '../support/database-of-file';
import { startIssuer } from '../support/issuer';
import { type Platform, read } from '../support/platform';
import { until } from '../support/until';

/** An address at which nothing listens until the engine or the database "comes up" behind it. */
const startDoor = async (target: number) => {
  const port = await freePort();
  let server: Server | undefined;
  return {
    port,
    open: async (): Promise<void> => {
      server = createServer((from) => {
        const to = createConnection(target, '127.0.0.1');
        from.pipe(to).pipe(from);
        for (const [one, other] of [[from, to] as const, [to, from] as const]) {
          one.on('error', () => other.destroy());
          one.on('close', () => other.destroy());
        }
      });
      await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    },
    close: () => server?.close(),
  };
};

const startLimitMs = 60_000;
/** As long as the compose file gives a container before it is killed. */
const graceMs = 15_000;
const operatorToken = randomBytes(24).toString('base64url');

test('api and worker start before engine and database, say which part is away, get ready without a restart, heal when a worker is killed, and stop in time with a call under way', async () => {
  const databaseUri = new URL(uriOfOwnDatabase());
  const engine = await startDoor(Number(String(process.env.TEST_TEMPORAL_ADDRESS).split(':')[1]));
  const database = await startDoor(Number(databaseUri.port));
  databaseUri.port = String(database.port);
  const queue = `processes-${randomBytes(6).toString('hex')}`;
  const [port, adminPort] = [await freePort(), await freePort()];
  const operatorUrl = `http://127.0.0.1:${adminPort}`;
  const baseUrl = `http://127.0.0.1:${port}`;
  const env = {
    NODE_ENV: 'production',
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    HOST: '127.0.0.1',
    PUBLIC_URL: baseUrl,
    TEMPORAL_ADDRESS: `127.0.0.1:${engine.port}`,
    MONGODB_URI: databaseUri.href,
    OPERATOR_TOKEN: operatorToken,
    MASTER_KEY: randomBytes(32).toString('base64'),
    CALLBACK_ALLOW: '127.0.0.0/8',
    TASK_QUEUE: queue,
    CALLS_OUT_QUEUE: `${queue}-out`,
  };
  const start = (name: string, main: string): Child =>
    startChild({
      name,
      command: process.execPath,
      args: [join(projectFolder, 'dist', main)],
      cwd: projectFolder,
      env,
    });
  const api = start('api', 'src/main.js');
  const startWorker = () => {
    const process = start('worker', 'worker/main.js');
    let isReady = false;
    process.onLine((line) => {
      isReady ||= line.includes('worker ready');
    });
    return { process, ready: () => until('the worker is ready', () => isReady, startLimitMs) };
  };
  let worker = startWorker();
  const ready = async (): Promise<{ status: number; parts: Record<string, string> }> => {
    const { status, body } = await read(fetch(`${baseUrl}/readyz`));
    return { status, parts: body.parts };
  };
  const readyIs = (status: number, parts: Record<string, string>) =>
    until(
      `readyz ${status} ${JSON.stringify(parts)}`,
      async () => {
        const seen = await ready().catch(() => undefined);
        return seen?.status === status && Object.entries(parts).every(([name, state]) => seen.parts[name] === state);
      },
      startLimitMs,
    );

  try {
    await readyIs(503, { mongodb: 'unavailable' });
    for (const url of [baseUrl, operatorUrl]) expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const early = await read(fetch(`${baseUrl}/v1/keys`));
    expect([early.status, early.body.code, early.headers.get('retry-after')]).toEqual([503, 'unavailable', '5']);

    await database.open();
    await readyIs(503, { mongodb: 'ok', temporal: 'unavailable' });
    await engine.open();
    await readyIs(200, { mongodb: 'ok', temporal: 'ok' });
    await worker.ready();
    expect([api.isRunning(), worker.process.isRunning()]).toEqual([true, true]);

    const operator: Platform['operator'] = (method, path, body) =>
      read(
        fetch(`${operatorUrl}/v1/operator${path}`, {
          method,
          headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    expect((await read(fetch(`${baseUrl}/v1/operator/issuers`))).body.code).toBe('path_unknown');
    const issuer = await startIssuer({ baseUrl, operator, isWorking: () => true, nowMs: Date.now } as Platform);
    await issuer.placeVerified('early-1');
    expect((await issuer.submit('early-1', [{ itemId: 'a', value: 'EARLY' }])).status).toBe(201);
    await issuer.inState('early-1', 'delivered');

    const timelineOf = async (orderNo: string): Promise<string[]> =>
      (await issuer.get(`/orders/${orderNo}/timeline`)).body.data.map(({ event }: { event: string }) => event);
    const waiting: (() => void)[] = [];
    const letAllGo = () => {
      for (const letGo of waiting.splice(0)) letGo();
    };
    const held = async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { status: 204 };
    };
    // Its next attempt is as late as that of the call that is lost.
    issuer.on('order.paid', async () => ({ status: 503, headers: { 'retry-after': '16' } }));
    await issuer.place('failed-1');
    await issuer.message('order.paid', 'failed-1');
    await until('the failed attempt is told', async () => (await timelineOf('failed-1')).includes('notice_answered'));
    issuer.on('order.paid', async () => ({ status: 204 }));
    issuer.on('order.cancelled', async () => ({ status: 503 }));
    await issuer.place('event-1');
    await issuer.cancel('event-1');
    await issuer.message('order.cancelled', 'event-1');
    issuer.on('order.cancelled', held);
    // The first attempt was none of the engine's.
    await issuer.message('order.cancelled', 'event-1', 2);
    issuer.on('order.paid', held);
    await issuer.place('lost-1');
    await issuer.message('order.paid', 'lost-1');
    process.kill(worker.process.pid, 'SIGKILL');
    await worker.process.exited;
    letAllGo();
    for (const type of ['order.paid', 'order.cancelled']) issuer.on(type, async () => ({ status: 204 }));
    worker = startWorker();
    const lostIn = async (type: string, orderNo: string, times: number, told: string): Promise<number> => {
      await issuer.message(type, orderNo, times);
      await until(`${orderNo} has ${told}`, async () => (await timelineOf(orderNo)).at(-1) === told);
      return (await timelineOf(orderNo)).filter((event) => event === 'attempt_lost').length;
    };
    const lost = await Promise.all([
      lostIn('order.paid', 'failed-1', 2, 'notice_answered'),
      lostIn('order.paid', 'lost-1', 2, 'notice_answered'),
      lostIn('order.cancelled', 'event-1', 3, 'event_sent'),
    ]);
    expect(lost).toEqual([0, 1, 1]);
    expect((await issuer.verify('lost-1')).status).toBe(200);
    expect((await issuer.submit('lost-1', [{ itemId: 'a', value: 'LOST' }])).status).toBe(201);
    await issuer.inState('lost-1', 'delivered');

    issuer.on('order.paid', held);
    await issuer.place('under-way-1');
    await issuer.message('order.paid', 'under-way-1');
    const sinceMs = Date.now();
    for (const { pid } of [api, worker.process]) process.kill(pid, 'SIGTERM');
    expect(await Promise.all([api.exited, worker.process.exited])).toEqual(['code 0', 'code 0']);
    expect(Date.now() - sinceMs).toBeLessThan(graceMs);
    letAllGo();
    await issuer.stop();
    const client = await MongoClient.connect(databaseUri.href);
    const row = await client
      .db()
      .collection<Pick<OrderRow, '_id' | 'timeline' | 'callLines'>>('orders')
      .findOne({
        _id: `${issuer.issuerId}/under-way-1`,
      });
    expect(row && withAllLines(row).timeline.map(({ event }) => event)).toEqual(['accepted', 'attempt_lost']);
    await client.close();
  } finally {
    await Promise.all([api.stop(), worker.process.stop()]);
    engine.close();
    database.close();
  }
}, 240_000);
