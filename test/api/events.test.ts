import { eventActivityId } from '../../src/domain/ids';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile();

/** Cancelled before its verification: one refund and one cancellation are told. */
const cancelled = async (issuer: TestIssuer, orderNo: string): Promise<void> => {
  await issuer.place(orderNo);
  await issuer.message('order.paid', orderNo);
  await issuer.cancel(orderNo);
};
const rowOf = ({ issuerId }: TestIssuer, orderNo: string) =>
  file.platform.core.orderDeps.orders.find({ issuerId, orderNo });
const allSent = (issuer: TestIssuer, orderNo: string) =>
  until('all events are marked sent', async () => {
    const row = await rowOf(issuer, orderNo);
    return row !== null && row.events.length > 0 && row.events.every(({ status }) => status === 'sent') && row;
  });
const inEngine = async ({ issuerId }: TestIssuer, orderNo: string, sequence: number): Promise<string> => {
  const id = eventActivityId({ issuerId, orderNo }, sequence);
  return file.platform.client.activity
    .getHandle(id)
    .describe()
    .then(
      ({ status }) => status,
      () => 'unknown',
    );
};

test('events that are taken at once are told once each, and the engine hears nothing of them', async () => {
  const issuer = await file.issuer();
  await cancelled(issuer, 'taken');
  const row = await allSent(issuer, 'taken');
  const told = issuer.received.filter(({ data, type }) => data.orderNo === 'taken' && type !== 'order.paid');
  expect(told.map(({ data }) => data.sequence).sort()).toEqual(row.events.map(({ sequence }) => sequence).sort());
  for (const { sequence } of row.events) expect(await inEngine(issuer, 'taken', sequence)).toBe('unknown');
});

test('an event that is not taken goes on in the engine, under the same id and with the same bytes', async () => {
  const issuer = await file.issuer({ eventDelaysSeconds: [2] });
  let tries = 0;
  issuer.on('order.cancelled', async () => {
    tries += 1;
    return { status: tries === 1 ? 500 : 204 };
  });
  await cancelled(issuer, 'again');
  const row = await allSent(issuer, 'again');
  const { sequence = 0 } = row.events.find(({ type }) => type === 'order.cancelled') ?? {};
  const [first, second, ...more] = issuer.received.filter(({ type }) => type === 'order.cancelled');
  expect(more).toEqual([]);
  expect([second?.id, second?.raw]).toEqual([first?.id, first?.raw]);
  expect(row.timeline.filter(({ event, detail }) => event === 'event_sent' && detail.sequence === sequence)).toEqual([
    expect.objectContaining({ detail: expect.objectContaining({ try: 1, ok: false }) }),
    expect.objectContaining({ detail: expect.objectContaining({ try: 2, ok: true }) }),
  ]);
  await until(
    'the engine has the second try done',
    async () => (await inEngine(issuer, 'again', sequence)) === 'COMPLETED',
  );
});
