import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { projectFolder } from '../../src/dev/project-folder';
import { searchAttributeNames } from '../../src/order-messages/order-attributes';
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

/** As the engine holds it and its UI shows it. */
const plain = (payload: temporal.api.common.v1.IPayload | null | undefined): string =>
  defaultPayloadConverter.fromPayload(payload as Payload);

/** As an operator asks in the UI; the index is behind the order by a moment. */
const found = (query: string): Promise<unknown> =>
  until(query, async () => (await file.platform.client.workflow.count(query)).count === 1);

const attributesOf = async ({ issuerId }: TestIssuer, orderNo: string): Promise<Record<string, unknown>> => {
  const { typedSearchAttributes } = await file.platform.client.workflow
    .getHandle(`order/${issuerId}/${orderNo}`)
    .describe();
  return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
};

const codes = [{ itemId: 'a', value: 'UI-CODE-OF-THE-TESTS' }];

test('an order is found by issuer, product, amount, terminal, state, by what it waits for, and by why it closed', async () => {
  terminal.answer('/ui', () => 410);
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/ui') } });
  const { issuerId } = issuer;
  await issuer.place('ui-1', {
    product: { id: 'opera-ticket', name: 'A ticket' },
    amount: { value: 4_550, currency: 'CHF' },
  });
  await issuer.message('order.paid', 'ui-1');
  await found(
    `IssuerId="${issuerId}" AND OrderNo="ui-1" AND ProductId="opera-ticket" AND AmountValue>4500 AND AmountValue<4600 ` +
      'AND AmountCurrency="CHF" AND TerminalChannel="webhook" AND OrderState="accepted" AND WaitsFor="verification"',
  );
  await issuer.verify('ui-1', { amount: { value: 4_550, currency: 'CHF' } });
  await found(`IssuerId="${issuerId}" AND OrderState="verified" AND WaitsFor="codes"`);
  await issuer.submit('ui-1', codes);
  await found(`IssuerId="${issuerId}" AND OrderState="undeliverable" AND WaitsFor="person" AND ClosedReason IS NULL`);
  await file.platform.operator('POST', `/orders/${issuerId}/ui-1/cancel`, {});
  await found(`IssuerId="${issuerId}" AND WaitsFor="nothing" AND ClosedReason="operator_cancelled"`);
  const attributes = await attributesOf(issuer, 'ui-1');
  expect(
    Object.keys(attributes)
      // The engine's own.
      .filter((name) => !['BuildIds', 'TemporalChangeVersion'].includes(name))
      .sort(),
  ).toEqual([...searchAttributeNames].sort());
  expect(JSON.stringify(attributes)).not.toMatch(/http|UI-CODE|whsec/);
});

test('while a terminal is called, the order waits for the delivery', async () => {
  terminal.answer('/busy', (n) => (n === 1 ? 503 : 204), { 'retry-after': '13' });
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/busy') } });
  await issuer.placeVerified('ui-2');
  await issuer.submit('ui-2', codes);
  await found(`IssuerId="${issuer.issuerId}" AND OrderState="issued" AND WaitsFor="delivery"`);
  await issuer.inState('ui-2', 'delivered');
  await found(
    `IssuerId="${issuer.issuerId}" AND OrderState="delivered" AND WaitsFor="nothing" AND ClosedReason IS NULL`,
  );
});

test('an order moved to another channel is found by that one', async () => {
  terminal.answer('/gone', () => 410);
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/gone') } });
  await issuer.placeVerified('ui-3');
  await issuer.submit('ui-3', codes);
  await issuer.inState('ui-3', 'undeliverable');
  const moved = { terminal: { channel: 'page' } };
  expect((await file.platform.operator('POST', `/orders/${issuer.issuerId}/ui-3/redeliver`, moved)).status).toBe(200);
  await found(`IssuerId="${issuer.issuerId}" AND OrderState="delivered" AND TerminalChannel="page"`);
});

test('every activity and every timer has a sentence', async () => {
  terminal.answer('/said', () => 204);
  const issuer = await file.issuer({
    codeMode: 'request',
    terminal: { channel: 'webhook', url: terminal.urlOf('/said') },
  });
  issuer.on('order.code_requested', async () => ({ status: 200, body: { status: 'issued', codes } }));
  await issuer.placeVerified('ui-4');
  await issuer.inState('ui-4', 'delivered');
  const handle = file.platform.client.workflow.getHandle(`order/${issuer.issuerId}/ui-4`);
  await handle.result();
  const said = ((await handle.fetchHistory()).events ?? []).filter(
    (event) =>
      event.activityTaskScheduledEventAttributes ||
      event.timerStartedEventAttributes ||
      event.markerRecordedEventAttributes,
  );
  expect(said.length).toBeGreaterThanOrEqual(6);
  const sentences = said.map(({ userMetadata }) => plain(userMetadata?.summary));
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z][a-z]+ .+ .+/);
  expect(sentences).toEqual(
    expect.arrayContaining([
      'Write the state, the timeline and the events into the row of the order',
      `Tell ${issuer.issuerId} that order ui-4 is paid`,
      `Give up on order ui-4 unless ${issuer.issuerId} verifies it before`,
      `Ask ${issuer.issuerId} for the codes of order ui-4`,
      'Show in the lists what order ui-4 waits for',
      'Deliver the codes of order ui-4 to its webhook terminal',
    ]),
  );
});

test('what an issuer or a terminal did wrong stands in the details of the order, without a token or a code', async () => {
  terminal.answer('/bounced', () => 410);
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/bounced') } });
  const details = async (): Promise<string> => {
    const handle = file.platform.client.workflow.getHandle(`order/${issuer.issuerId}/ui-5`);
    return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
  };
  await issuer.place('ui-5');
  await issuer.message('order.paid', 'ui-5');
  await issuer.verify('ui-5', { token: 'a-wrong-token-of-the-tests' });
  const seen = [await details()];
  expect(seen[0]).toMatch(/asked to verify with a token that is not this order's: 1 time, last at 20/);
  await issuer.verify('ui-5', { amount: { value: 999, currency: 'EUR' } });
  seen.push(await details());
  expect(seen[1]).toMatch(/asked to verify 9\.99 EUR, but 10\.00 EUR were paid: 1 time/);
  await issuer.verify('ui-5');
  seen.push(await details());
  expect(seen[2]).toMatch(/^Verified; waits for the issuer to submit 1 code\(s\) until \S+\./);
  await issuer.submit('ui-5', codes);
  await issuer.inState('ui-5', 'undeliverable');
  seen.push(await details());
  expect(seen[3]).toMatch(/The webhook terminal answered HTTP 410 at 20\S+\.\n\nCorrect the terminal/);
  expect(seen.join()).not.toMatch(/wrong-token|UI-CODE|http:/);
  expect(seen.join()).not.toContain(issuer.tokenOf('ui-5'));
});

test('an order has a summary, details, and what it waits for now', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('ui-5');
  const handle = file.platform.client.workflow.getHandle(`order/${issuer.issuerId}/ui-5`);
  const shownNow = async (): Promise<string> => JSON.stringify(await handle.query('__temporal_workflow_metadata'));
  const { userMetadata } = (await handle.describe()).raw.executionConfig ?? {};
  expect(plain(userMetadata?.summary)).toMatch(/ui-5/);
  expect(plain(userMetadata?.details)).toContain(`Order **ui-5** of issuer **${issuer.issuerId}**`);
  expect(await shownNow()).toContain('waits for the issuer to submit 1 code(s) until');
  await issuer.submit('ui-5', [{ itemId: 'a', value: 'UI-CODE-IN-NO-DETAIL' }]);
  await handle.result();
  expect(await shownNow()).toContain('Delivered. It waits for nothing.');
  expect(await shownNow()).not.toContain('UI-CODE-IN-NO-DETAIL');
});

test('every view of the operations page is a query that the engine takes', async () => {
  const page = readFileSync(join(projectFolder, 'docs/operations.md'), 'utf8');
  const views = [...page.matchAll(/^- \[[^\]]+\]\((\S+\?query=\S+)\)$/gm)];
  expect(views.length).toBeGreaterThanOrEqual(3);
  for (const [, link] of views) {
    await file.platform.client.workflow.count(new URL(String(link)).searchParams.get('query') ?? 'none');
  }
});
