import type { temporal } from '@temporalio/proto';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

const file = platformOfFile();
let terminal: TestTerminal;

beforeAll(async () => {
  terminal = await startTerminal();
});

afterAll(() => terminal.stop());

type IEvent = temporal.api.history.v1.IHistoryEvent;

const code = (orderNo: string) => ({ itemId: 'a', value: `SIZE-${orderNo}` });

const historyOf = async ({ issuerId }: TestIssuer, orderNo: string): Promise<IEvent[]> =>
  (await file.platform.client.workflow.getHandle(`order/${issuerId}/${orderNo}`).fetchHistory()).events ?? [];

const tasksIn = (events: readonly IEvent[]): number =>
  events.filter(({ workflowTaskCompletedEventAttributes: completed }) => completed).length;

/** Every activity has ended and every workflow task too: what comes next meets an order at rest. */
const atRest = (issuer: TestIssuer, orderNo: string, activities: number): Promise<unknown> =>
  until(`${orderNo} at rest`, async () => {
    const events = await historyOf(issuer, orderNo);
    const ended = events.filter(({ activityTaskCompletedEventAttributes: completed }) => completed).length;
    return ended === activities && events.at(-1)?.workflowTaskCompletedEventAttributes;
  });

/** Each step waits for the one before, so the numbers are always the same. */
const sizeOf = async (
  issuer: TestIssuer,
  orderNo: string,
  mode: 'push' | 'request',
  codes: 'submitted' | 'answered',
): Promise<unknown> => {
  await issuer.place(orderNo);
  await issuer.message('order.paid', orderNo);
  await atRest(issuer, orderNo, 1);
  expect((await issuer.verify(orderNo)).status).toBe(200);
  if (codes === 'submitted') {
    await atRest(issuer, orderNo, mode === 'request' ? 2 : 1);
    expect((await issuer.submit(orderNo, [code(orderNo)])).status).toBe(201);
  }
  await file.platform.client.workflow.getHandle(`order/${issuer.issuerId}/${orderNo}`).result();
  expect((await issuer.order(orderNo)).body.state).toBe('delivered');
  const events = await historyOf(issuer, orderNo);
  return { tasks: tasksIn(events), events: events.length };
};

const webhook = () => ({ channel: 'webhook', url: terminal.urlOf('/size') });

/** What a good order may cost at most. The exact numbers stand in the table: no event comes in unseen. */
const limits = { push: { tasks: 5, events: 40 }, request: { tasks: 6, events: 44 } };

test.each([
  { mode: 'push', channel: 'page', codes: 'submitted', tasks: 4, events: 27 },
  { mode: 'push', channel: 'webhook', codes: 'submitted', tasks: 5, events: 36 },
  { mode: 'request', channel: 'page', codes: 'answered', tasks: 4, events: 28 },
  { mode: 'request', channel: 'webhook', codes: 'answered', tasks: 5, events: 37 },
  { mode: 'request', channel: 'page', codes: 'submitted', tasks: 5, events: 33 },
  { mode: 'request', channel: 'webhook', codes: 'submitted', tasks: 6, events: 42 },
] as const)(
  'a good order in $mode mode with its codes $codes to a $channel terminal: $tasks workflow tasks, $events events',
  async ({ mode, channel, codes, tasks, events }) => {
    const issuer = await file.issuer({ codeMode: mode, ...(channel === 'webhook' ? { terminal: webhook() } : {}) });
    issuer.on('order.code_requested', async ({ data: { orderNo } }) =>
      codes === 'answered' ? { status: 200, body: { status: 'issued', codes: [code(orderNo)] } } : { status: 202 },
    );
    expect(await sizeOf(issuer, `${mode}-${channel}-${codes}`, mode, codes)).toEqual({ tasks, events });
    expect(tasks).toBeLessThanOrEqual(limits[mode].tasks);
    expect(events).toBeLessThanOrEqual(limits[mode].events);
  },
);
