import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminal } from '../support/terminal';
import { until } from '../support/until';

/** Few, so that they are soon taken, also on a busy machine. */
const callsAtOnce = 2;
/** The longest there is: a call that ended would be followed by another one before its server has seen the end. */
const callTimeoutSeconds = 30;
const file = platformOfFile();
const operator = (method: string, path: string, body?: unknown) => file.platform.operator(method, path, body);
const servers: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const server of servers) await server.stop();
});

/** An issuer's server that takes calls and answers none until it is told to; it tells how many were open at once. */
const startSilent = async () => {
  const open = new Set<ServerResponse>();
  let most = 0;
  const server = createServer((request, response) => {
    open.add(response);
    most = Math.max(most, open.size);
    request.resume();
    response.on('close', () => open.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    most: () => most,
    /** Answers all that wait, and counts from here. */
    answerAll: () => {
      for (const response of open) response.writeHead(204).end();
      open.clear();
      most = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

test('an issuer that answers nothing has its own calls alone: another one is served meanwhile, and its orders tell why they wait', async () => {
  const silent = await startSilent();
  servers.push(silent);
  const slow = await file.issuer({ callback: { kind: 'url', url: silent.url }, callsAtOnce, callTimeoutSeconds });
  const other = await file.issuer();
  const orderNos = Array.from({ length: 3 * callsAtOnce }, (_, n) => `slow-${n}`);
  await Promise.all(orderNos.map((orderNo) => slow.place(orderNo)));
  await until('as many calls as may be', () => silent.most() >= callsAtOnce);

  await other.placeVerified('quick-1');
  await other.submit('quick-1', [{ itemId: 'a', value: 'QUICK-1' }]);
  await other.inState('quick-1', 'delivered');

  await until('an order tells that it waits for a free call', async () => {
    const whys = await Promise.all(
      orderNos.map((orderNo) => file.platform.operator('GET', `/orders/${slow.issuerId}/${orderNo}/why`)),
    );
    return whys.some(({ body }) => /Held: as many calls to the issuer run as may run at once/.test(body.why));
  });
  expect(silent.most()).toBe(callsAtOnce);
}, 180_000);

test('an operator changes how many calls run at once while they run: from the next try on, at the platform and at the issuer', async () => {
  await operator('PUT', '/settings', { callsAtOnce: 2 });
  try {
    // What a worker read of the platform's settings counts for two seconds: a new one has read nothing.
    await file.platform.stopWorkers();
    await file.platform.startWorkers();
    const silent = await startSilent();
    servers.push(silent);
    const { issuerId, place } = await file.issuer({ callback: { kind: 'url', url: silent.url }, callTimeoutSeconds });
    const throttled = async (): Promise<number> => {
      const { body } = await operator('GET', `/issuers/${issuerId}/calls`);
      return body.throttled;
    };
    await Promise.all(Array.from({ length: 12 }, (_, n) => place(`many-${n}`)));
    await until('tries are put off by the limit of the platform', async () => (await throttled()) > 0);
    expect(silent.most()).toBe(2);

    silent.answerAll();
    await operator('PUT', `/issuers/${issuerId}/settings`, { callsAtOnce: 4 });
    await until('the issuer has its own limit', () => silent.most() >= 4);

    await operator('PUT', `/issuers/${issuerId}/settings`, { callsAtOnce: 1 });
    silent.answerAll();
    const before = await throttled();
    await until('tries are put off by the smaller limit', async () => (await throttled()) > before + 3);
    expect(silent.most()).toBe(1);
  } finally {
    await operator('PUT', '/settings', {});
  }
}, 180_000);

test('every order, call out and event carries its issuer, by which the engine takes turns on a backlog', async () => {
  const terminal = await startTerminal();
  servers.push(terminal);
  const issuer = await file.issuer({
    codeMode: 'request',
    noticeDelaysSeconds: [1],
    eventDelaysSeconds: [1],
    terminal: { channel: 'webhook', url: terminal.urlOf('/fair') },
  });
  const { issuerId } = issuer;
  issuer.on('order.code_requested', async () => ({
    status: 200,
    body: { status: 'issued', codes: [{ itemId: 'a', value: 'FAIR-1' }] },
  }));
  // The first try of a notice and of an event is made without the engine: what it takes over goes by turns.
  const failsOnce = () => {
    let tries = 0;
    return async () => {
      tries += 1;
      return { status: tries === 1 ? 500 : 204 };
    };
  };
  issuer.on('order.paid', failsOnce());
  issuer.on('order.delivered', failsOnce());
  await issuer.place('fair-1');
  await issuer.inState('fair-1', 'notified');
  await issuer.verify('fair-1');
  await issuer.message('order.delivered', 'fair-1', 2);
  const { client } = file.platform;
  const { events } = await client.workflow.getHandle(`order/${issuerId}/fair-1`).fetchHistory();
  const priorities = (events ?? []).flatMap(
    ({ workflowExecutionStartedEventAttributes: started, activityTaskScheduledEventAttributes: scheduled }) =>
      started
        ? [['order', started.priority?.fairnessKey]]
        : scheduled
          ? [[scheduled.activityType?.name, scheduled.priority?.fairnessKey]]
          : [],
  );
  expect(priorities).toEqual([
    ['order', issuerId],
    ['notifyIssuer', issuerId],
    ['requestCode', issuerId],
    ['deliverCodes', issuerId],
  ]);
  const event = await client.activity.getHandle(`event/${issuerId}/fair-1/1`).describe();
  expect(event.priority).toMatchObject({ fairnessKey: issuerId });
});
