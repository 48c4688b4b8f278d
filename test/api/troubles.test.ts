import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { bundleUnfit } from '../support/unfit-bundle';
import { until } from '../support/until';

let platform: Platform;
let unfit: Awaited<ReturnType<typeof bundleUnfit>>;
const issuers: TestIssuer[] = [];
const newIssuer = async (settings: Record<string, unknown> = {}): Promise<TestIssuer> => {
  const issuer = await startIssuer(platform, settings);
  issuers.push(issuer);
  return issuer;
};

beforeAll(async () => {
  unfit = await bundleUnfit();
  platform = await startPlatform();
});
afterAll(async () => {
  await Promise.all(issuers.map((issuer) => issuer.stop()));
  await platform.stop();
  await unfit.remove();
});

/** As a scraper reads it: undefined where the line is missing. */
const gauge = async (kind: string): Promise<number | undefined> => {
  const text = await (await fetch(`${platform.baseUrl}/metrics`)).text();
  const line = new RegExp(`^codeferry_trouble\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(text);
  return line?.[1] === undefined ? undefined : Number(line[1]);
};
interface Failing {
  issuerId: string;
  orderNo: string;
  kind: string;
  why: string;
}
const failuresOf = async ({ issuerId }: TestIssuer): Promise<Failing[]> =>
  (await platform.operator('GET', '/failures?limit=100')).body.data.filter((one: Failing) => one.issuerId === issuerId);
const whyOf = async ({ issuerId }: TestIssuer, orderNo: string): Promise<string> =>
  (await platform.operator('GET', `/orders/${issuerId}/${orderNo}/why`)).body.why;
const overviewTrouble = async () => (await platform.operator('GET', '/console/overview')).body.trouble;

test('an order whose code is unfit is seen by metrics, failures, its why and the console; a mended worker lets it go on, and it is seen no more', async () => {
  const issuer = await newIssuer();
  await platform.stopWorkers();
  await platform.startWorkers(unfit.path);
  await issuer.place('unfit-1');
  await issuer.place('fit-1');
  await issuer.message('order.paid', 'fit-1');

  const seen = await until('the stuck order is a failure', async () => {
    const all = await failuresOf(issuer);
    return all.length > 0 && all;
  });
  expect(seen).toMatchObject([
    { orderNo: 'unfit-1', state: 'accepted', kind: 'stuck', why: expect.stringMatching(/^Its workflow cannot go on/) },
  ]);
  await until('the gauge counts it', async () => (await gauge('order_stuck')) === 1);
  const ofConsole = await until('the console names it', async () => {
    const trouble = await overviewTrouble();
    return trouble.stuck === 1 && trouble;
  });
  expect(ofConsole.stuckOrders).toMatchObject([{ issuerId: issuer.issuerId, orderNo: 'unfit-1' }]);
  expect(await whyOf(issuer, 'unfit-1')).toMatch(/Its workflow cannot go on/);
  expect(await whyOf(issuer, 'fit-1')).not.toMatch(/cannot go on/);

  await platform.stopWorkers();
  await platform.startWorkers();
  await until('the order goes on', () => issuer.tokenOf('unfit-1') !== 'no-token-yet', 90_000);
  expect((await issuer.verify('unfit-1')).status).toBe(200);
  expect((await issuer.submit('unfit-1', [{ itemId: 'a', value: 'UNFIT-1' }])).status).toBe(201);
  await issuer.inState('unfit-1', 'delivered');
  await until('it is no failure any more', async () => (await failuresOf(issuer)).length === 0);
  await until('the gauge forgot it', async () => (await gauge('order_stuck')) === 0);
  await until('the console forgot it', async () => (await overviewTrouble()).stuck === 0);
}, 240_000);

test.concurrent('an event that was given up is seen, and why', async () => {
  const issuer = await newIssuer({ eventDelaysSeconds: [1] });
  issuer.on('order.cancelled', async () => ({ status: 500 }));
  await issuer.place('untold-1');
  await issuer.message('order.paid', 'untold-1');
  await issuer.cancel('untold-1');
  await issuer.message('order.cancelled', 'untold-1', 2);
  const seen = await until('the untold order is a failure', async () => {
    const all = await failuresOf(issuer);
    return all.length > 0 && all;
  });
  expect(seen).toMatchObject([
    { orderNo: 'untold-1', state: 'cancelled', kind: 'event_given_up', why: expect.stringMatching(/was not told/) },
  ]);
  await until('the gauge counts it', async () => (await gauge('event_given_up')) === 1);
});

test.concurrent('an issuer that answers 410 is counted as paused, its orders tell why they are held, and go on after a resume', async () => {
  const issuer = await newIssuer({ noticeDelaysSeconds: [1] });
  issuer.on('order.paid', async () => ({ status: 410 }));
  await issuer.place('held-1');
  const why = await until('the order tells why', async () => {
    const text = await whyOf(issuer, 'held-1');
    return text.includes('Held') && text;
  });
  expect(why).toMatch(/Held: the issuer is paused, so that nothing is sent to it; the next try is at 20\d\d-/);
  expect((await platform.operator('GET', `/issuers/${issuer.issuerId}`)).body.state).toBe('paused');
  await until('the gauge counts it', async () => (await gauge('issuer_paused')) === 1);
  expect(issuer.received).toHaveLength(1);

  issuer.on('order.paid', async () => ({ status: 204 }));
  await platform.operator('POST', `/issuers/${issuer.issuerId}/resume`);
  await issuer.inState('held-1', 'notified');
  await until('the gauge forgot it', async () => (await gauge('issuer_paused')) === 0);
});

test.concurrent('an issuer that fails at ten calls is called no more, its orders tell why, and one probe after 30 s lets all go on', async () => {
  const issuer = await newIssuer();
  issuer.on('order.paid', async () => ({ status: 500 }));
  const orderNos = Array.from({ length: 10 }, (_, n) => `failing-${n}`);
  await Promise.all(orderNos.map((orderNo) => issuer.place(orderNo)));
  await until('the tenth call', () => issuer.received.length >= 10);
  const why = await until('an order tells why', async () => {
    const text = await whyOf(issuer, 'failing-0');
    return text.includes('Held') && text;
  });
  expect(why).toMatch(
    /Held: calls to the issuer failed so often that none is made for now; the next try is at 20\d\d-/,
  );
  expect(issuer.received).toHaveLength(10);
  const openedMs = issuer.received[9]?.atMs ?? 0;

  issuer.on('order.paid', async () => ({ status: 204 }));
  for (const orderNo of orderNos) await issuer.inState(orderNo, 'notified');
  expect((issuer.received[10]?.atMs ?? 0) - openedMs).toBeGreaterThanOrEqual(30_000);
  expect(issuer.received).toHaveLength(20);
  expect(await whyOf(issuer, 'failing-0')).not.toContain('Held');
}, 180_000);

test('however many ask, the engine is asked once in a few seconds', async () => {
  const asked = jest.spyOn(platform.core.troubles, 'stuckOrders');
  await Promise.all(Array.from({ length: 40 }, () => gauge('order_stuck')));
  await Promise.all(Array.from({ length: 40 }, () => platform.operator('GET', '/failures')));
  expect(asked.mock.calls.length).toBeLessThanOrEqual(2);
  for (const [limit] of asked.mock.calls) expect(limit).toBe(100);
});

test('while the engine does not say, nothing else is kept from being seen', async () => {
  const away = await startPlatform({
    temporalAddress: '127.0.0.1:1',
    databaseName: platform.databaseName,
    worker: false,
  });
  try {
    const text = await (await fetch(`${away.baseUrl}/metrics`)).text();
    expect(text).not.toContain('kind="order_stuck"');
    expect(text).toMatch(/^codeferry_trouble\{kind="event_given_up"\} 1$/m);
    expect((await away.operator('GET', '/failures')).status).toBe(200);
    expect((await away.operator('GET', '/console/overview')).body.trouble.stuck).toBeNull();
  } finally {
    await away.stop();
  }
});
