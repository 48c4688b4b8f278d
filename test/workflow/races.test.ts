import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

/** On the real engine: the time-skipping server loses an Update that meets a workflow task under way. */
const file = platformOfFile();

const handleOf = ({ issuerId }: TestIssuer, orderNo: string) =>
  file.platform.client.workflow.getHandle(`order/${issuerId}/${orderNo}`);

const eventsOf = async (issuer: TestIssuer, orderNo: string) =>
  (await handleOf(issuer, orderNo).fetchHistory()).events ?? [];

/** The engine has the question, though no worker has seen it. */
const admitted = (issuer: TestIssuer, orderNo: string, updateId: string): Promise<boolean> =>
  until(`${updateId} admitted`, async () => {
    const { client } = file.platform;
    const updateRef = { workflowExecution: { workflowId: `order/${issuer.issuerId}/${orderNo}` }, updateId };
    const poll = { namespace: 'default', updateRef, identity: 'test' };
    return client.workflowService.pollWorkflowExecutionUpdate(poll).then(
      () => true,
      () => false,
    );
  });

test('a verification that meets a fired but unprocessed window wins', async () => {
  const { platform } = file;
  const issuer = await file.issuer({ verifyWindowSeconds: 5 });
  const hasFired = async (orderNo: string) =>
    (await eventsOf(issuer, orderNo)).some(({ timerFiredEventAttributes: fired }) => fired);
  let n = 0;
  // A window that had ended before no worker ran any more, on a slow machine, meets nothing: the next one is tried.
  const orderNo = await until('a window that runs without workers', async () => {
    if (!platform.isWorking()) await platform.startWorkers();
    n += 1;
    const name = `race-${n}`;
    await issuer.place(name);
    const state = await until('it is told', async () => {
      const seen = (await issuer.order(name)).body.state;
      return seen !== 'accepted' && seen;
    });
    if (state === 'expired') return false;
    await until('the window runs', async () =>
      (await eventsOf(issuer, name)).some(({ timerStartedEventAttributes: started }) => started),
    );
    await platform.stopWorkers();
    return !(await hasFired(name)) && name;
  });
  const row = await platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo });
  await until('the fired window', () => hasFired(orderNo));
  const { quantity, amount } = row ?? fail();
  const verifying = handleOf(issuer, orderNo).executeUpdate<{ answer: unknown }, [unknown]>('verifyOrder', {
    updateId: 'verify/late',
    args: [{ kind: 'verify', isRightToken: true, quantity, amount }],
  });
  await admitted(issuer, orderNo, 'verify/late');
  await platform.startWorkers();
  expect((await verifying).answer).toMatchObject({ kind: 'verified' });
  expect((await issuer.verify(orderNo)).status).toBe(200);
  expect((await issuer.submit(orderNo, [{ itemId: 'a', value: 'RACE' }])).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  const told = issuer.received.filter(({ data }) => data.orderNo === orderNo).map(({ type }) => type);
  expect(told).not.toContain('order.expired');
});

test('an order that another worker goes through again does not tell its issuer again', async () => {
  const { platform } = file;
  const issuer = await file.issuer();
  await issuer.place('again');
  await issuer.message('order.paid', 'again');
  await issuer.inState('again', 'notified');
  await platform.stopWorkers();
  await platform.startWorkers();
  expect((await issuer.verify('again')).status).toBe(200);
  expect((await issuer.submit('again', [{ itemId: 'a', value: 'AGAIN' }])).status).toBe(201);
  await issuer.message('order.delivered', 'again');
  expect(issuer.received.map(({ type }) => type)).toEqual(['order.paid', 'order.delivered']);
});

test('a window that ended while no worker ran ends the order', async () => {
  const { platform } = file;
  const issuer = await file.issuer({ verifyWindowSeconds: 5 });
  await issuer.place('ended');
  await issuer.message('order.paid', 'ended');
  await issuer.inState('ended', 'notified');
  await until('the timer of the window', async () => {
    const events = await eventsOf(issuer, 'ended');
    return events.filter(({ timerStartedEventAttributes: started }) => started).length === 1;
  });
  await platform.stopWorkers();
  await until('it fired', async () => {
    const events = await eventsOf(issuer, 'ended');
    return events.filter(({ timerFiredEventAttributes: fired }) => fired).length === 1;
  });
  await platform.startWorkers();
  await issuer.message('order.expired', 'ended');
  const events = await eventsOf(issuer, 'ended');
  expect(events.filter(({ workflowTaskFailedEventAttributes: failed }) => failed)).toEqual([]);
});

const fail = (): never => {
  throw new Error('the order has no row');
};
