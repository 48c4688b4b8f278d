import type { Browser, Locator, Page } from 'playwright-core';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { bundleUnfit } from '../support/unfit-bundle';
import { until } from '../support/until';
import { openChromium } from './open-chromium';

const clicksMax = 6;
const pagesMax = 5;
const limitMs = 120_000;
const codeValue = 'CODE-OF-SEVEN-CASES-4711';
const shotsFolder = process.env.SHOTS_FOLDER;

interface Measured {
  readonly name: string;
  readonly clicks: number;
  readonly pages: number;
  readonly seconds: number;
}

describe('an order has no code: why is found, mended and proved in the console alone', () => {
  const file = platformOfFile();
  const measured: Measured[] = [];
  const bodies: string[] = [];
  let browser: Browser;
  let page: Page;
  let terminal: TestTerminal;
  let unfit: Awaited<ReturnType<typeof bundleUnfit>>;

  beforeAll(async () => {
    [browser, terminal, unfit] = await Promise.all([openChromium(), startTerminal(), bundleUnfit()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await terminal?.stop();
    await unfit?.remove();
    const lines = measured.map(
      ({ name, clicks, pages, seconds }) => `| ${name.padEnd(22)} | ${clicks} | ${pages} | ${seconds.toFixed(1)} |`,
    );
    process.stdout.write(['', '| case | clicks | pages | seconds |', ...lines, ''].join('\n'));
  });
  beforeEach(async () => {
    bodies.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    page.setDefaultTimeout(60_000);
    page.on('response', (response) => {
      if (!response.url().endsWith('/events'))
        response.text().then(
          (text) => bodies.push(text),
          () => undefined,
        );
    });
    await page.goto(`${file.platform.baseUrl}/operator`);
    await page.getByLabel('Operator token').fill(file.platform.operatorToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });
  afterEach(() => page.close());

  /** An operator at the console: what is clicked and seen on the way is counted, from the overview on. */
  const operator = async (orderNo: string) => {
    const startedMs = Date.now();
    let clicks = 0;
    const seen = new Set(['overview']);
    const note = () => seen.add(new URL(page.url()).hash.replace(/^#\//, '').replace(/\?.*/, ''));
    const click = async (target: Locator): Promise<void> => {
      await target.click();
      clicks += 1;
      note();
    };
    // Lost by a reload: nothing of a case needs one.
    await page.evaluate('window.isSamePage = true');
    await click(page.getByRole('link', { name: 'Orders', exact: true }));
    await page.getByLabel('Order', { exact: true }).fill(orderNo);
    await click(page.locator('a.order-link', { hasText: orderNo }));
    await page.getByRole('heading', { level: 1, name: orderNo }).waitFor();
    note();
    const reason = page.locator('.reason');
    const next = page.locator('.to-do');
    return {
      click,
      next,
      /** The sentences of the reason and of what to do, once the last of these is there. */
      says: (...words: RegExp[]): Promise<string> =>
        until(
          `${orderNo} says ${words.join(', ')}`,
          async () => {
            const text = `${await reason.textContent()} ${(await next.count()) > 0 ? await next.textContent() : ''}`;
            return words.every((word) => word.test(text)) && text;
          },
          60_000,
        ).catch(async (error: Error) => {
          throw new Error(`${error.message}; it says: ${await page.locator('.why').textContent()}`);
        }),
      confirm: (name: string) => click(page.getByRole('dialog').getByRole('button', { name })),
      back: async (): Promise<void> => {
        await page.goBack();
        clicks += 1;
        note();
      },
      proved: async (name: string, state: string): Promise<void> => {
        await page.locator('.why .chip', { hasText: state }).waitFor();
        expect(await page.evaluate('window.isSamePage')).toBe(true);
        const one = { name, clicks, pages: seen.size, seconds: (Date.now() - startedMs) / 1_000 };
        measured.push(one);
        expect(one.clicks).toBeLessThanOrEqual(clicksMax);
        expect(one.pages).toBeLessThanOrEqual(pagesMax);
      },
    };
  };

  const shot = async (name: string): Promise<void> => {
    if (shotsFolder) await page.screenshot({ path: `${shotsFolder}/${name}.png` });
  };

  /** What a mended issuer does with every notice: it verifies and gives the code. */
  const worksWell = (issuer: TestIssuer): void => {
    issuer.on('order.paid', async ({ data: { orderNo } }) => {
      await issuer.verify(orderNo);
      await issuer.submit(orderNo, [{ itemId: '1', value: `${codeValue}-${orderNo}` }]);
      return { status: 204 };
    });
  };

  const nothingSecret = (issuer: TestIssuer, orderNo: string): void => {
    const all = bodies.join('\n');
    expect(all).toContain(orderNo);
    expect(all).not.toContain(codeValue);
    expect(all).not.toContain(issuer.tokenOf(orderNo));
    expect(all).not.toContain(issuer.secret);
  };

  const handleOf = ({ issuerId }: TestIssuer, orderNo: string) =>
    file.platform.client.workflow.getHandle(`order/${issuerId}/${orderNo}`);

  /** As the Temporal UI shows it under "Current details". */
  const temporalSays = async (issuer: TestIssuer, orderNo: string): Promise<string> => {
    const { currentDetails } = await handleOf(issuer, orderNo).query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    return currentDetails;
  };

  test('issuer down: its last answer, the next try and the circuit are told; told again once it is back, it delivers', async () => {
    const issuer = await file.issuer({ noticeDelaysSeconds: [900], verifyWindowSeconds: 3_600 });
    await issuer.goDown();
    await issuer.place('down-1');
    const at = await operator('down-1');
    await at.says(
      /Waits for the issuer to take the payment notice/,
      /The issuer did not take the payment notice: it refused the connection at \d\d:\d\d:\d\d \(.* ago\), try 1\./,
      /The next try to call the issuer is at \d\d:\d\d:\d\d \(in 1\d min\)/,
      /1 of 1 calls to it failed in the last five minutes/,
      /What to do: Nothing must be done: .*Once the issuer is back, tell it again/,
    );
    await shot('issuer-down');
    const { raw } = await handleOf(issuer, 'down-1').describe();
    expect(raw.pendingActivities).toMatchObject([{ activityType: { name: 'notifyIssuer' }, attempt: 2 }]);
    expect(raw.pendingActivities?.[0]?.lastFailure?.message).toContain('connection_refused');
    expect(await temporalSays(issuer, 'down-1')).toMatch(/Waits for the issuer to take the .*"Pending Activities"/s);

    await issuer.comeBack();
    worksWell(issuer);
    await at.click(at.next.getByRole('button', { name: 'Tell the issuer again' }));
    await at.confirm('Tell it again');
    await at.proved('issuer down', 'Delivered');
    nothingSecret(issuer, 'down-1');
  }, 180_000);

  test('wrong token: how often, when and which one is right are told; told again, it verifies and delivers', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 3_600 });
    const wrongToken = 'a-token-of-another-order';
    issuer.on('order.paid', async ({ data: { orderNo } }) => {
      await issuer.verify(orderNo, { token: wrongToken });
      await issuer.verify(orderNo, { token: wrongToken });
      return { status: 204 };
    });
    await issuer.place('token-1');
    const at = await operator('token-1');
    await at.says(
      /The issuer asked to verify with a token that is not this order's: 2 times, last at \d\d:\d\d:\d\d/,
      /it must use the token of the order\.paid that it got for this order/,
      /It may be wrong 10 times; that was 2\./,
      /What to do: Tell the people of the issuer which token/,
    );
    await shot('wrong-token');
    expect(await temporalSays(issuer, 'token-1')).toMatch(/a token that is not this order's: 2 times, last at 20/);
    expect(await page.content()).not.toContain(wrongToken);

    worksWell(issuer);
    await at.click(at.next.getByRole('button', { name: 'Tell the issuer again' }));
    await at.confirm('Tell it again');
    await at.proved('wrong token', 'Delivered');
    nothingSecret(issuer, 'token-1');
  }, 180_000);

  test('amount differs: both amounts are told; told again, it asks with the right one and delivers', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 3_600 });
    issuer.on('order.paid', async ({ data: { orderNo } }) => {
      await issuer.verify(orderNo, { amount: { value: 999, currency: 'EUR' } });
      return { status: 204 };
    });
    await issuer.place('amount-1');
    const at = await operator('amount-1');
    await at.says(
      /The issuer asked to verify 9\.99 EUR, but 10\.00 EUR were paid: 1 time, last at \d\d:\d\d:\d\d/,
      /What to do: Ask the people of the issuer which one is right\. If it is what the order says \(1 for 10\.00 EUR\)/,
    );
    await page.getByText('asked with another amount than was paid: 9.99 EUR').waitFor();
    expect(await temporalSays(issuer, 'amount-1')).toMatch(/asked to verify 9\.99 EUR, but 10\.00 EUR were paid/);

    worksWell(issuer);
    await at.click(at.next.getByRole('button', { name: 'Tell the issuer again' }));
    await at.confirm('Tell it again');
    await at.proved('amount differs', 'Delivered');
    nothingSecret(issuer, 'amount-1');
  }, 180_000);

  test('out of stock: the reason is told, and that the issuer heard of the refund; nothing is left to do', async () => {
    const issuer = await file.issuer({ codeMode: 'request' });
    issuer.on('order.paid', async ({ data: { orderNo } }) => {
      await issuer.verify(orderNo);
      return { status: 204 };
    });
    issuer.on('order.code_requested', async () => ({
      status: 200,
      body: { status: 'refused', reason: 'out_of_stock' },
    }));
    await issuer.place('stock-1');
    const at = await operator('stock-1');
    await at.says(
      /The issuer refused it\. It waits for nothing\./,
      /Its reason: out of stock, at \d\d:\d\d:\d\d/,
      /10\.00 EUR are to be refunded; the issuer was told at \d\d:\d\d:\d\d/,
      /What to do: See that the buyer gets 10\.00 EUR back\. The order is closed for good: a code needs a new order\./,
    );
    await page.getByText('Issuer told: order.refund_due').waitFor();
    await at.proved('out of stock', 'Refused');
    expect((await issuer.message('order.refund_due', 'stock-1')).data.refundDue).toEqual({
      value: 1_000,
      currency: 'EUR',
    });
    expect(await temporalSays(issuer, 'stock-1')).toMatch(/The issuer refused it\..*out of stock.*10\.00 EUR/s);
    nothingSecret(issuer, 'stock-1');
  }, 180_000);

  test('terminal bounced: its answer is told; the codes go to the corrected one', async () => {
    terminal.answer('/gone', () => 410);
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/gone') } });
    worksWell(issuer);
    await issuer.place('bounced-1');
    const at = await operator('bounced-1');
    await at.says(
      /The webhook terminal did not take the codes after 1 try; waits for an operator/,
      /The webhook terminal answered HTTP 410 at \d\d:\d\d:\d\d \(.* ago\), try 1\./,
      /What to do: Correct the terminal/,
    );
    await shot('terminal-bounced');
    expect(await temporalSays(issuer, 'bounced-1')).toMatch(
      /did not take the codes after 1 try.*Correct the terminal/s,
    );

    await at.click(at.next.getByRole('button', { name: 'Correct the terminal' }));
    await page.getByRole('dialog').getByLabel('Web address').fill(terminal.urlOf('/right'));
    await at.confirm('Deliver there');
    await at.proved('terminal bounced', 'Delivered');
    expect((await terminal.delivery('/right')).raw).toContain(`${codeValue}-bounced-1`);
    nothingSecret(issuer, 'bounced-1');
  }, 180_000);

  test('workflow task failing: the failure is told and that nothing is lost; a mended worker is seen, and the order goes on', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 3_600 });
    worksWell(issuer);
    await file.platform.stopWorkers();
    await file.platform.startWorkers(unfit.path);
    await issuer.place('unfit-1');
    const at = await operator('unfit-1');
    await at.says(
      /Its workflow cannot go on: the code that runs it is unfit: WorkflowWorkerUnhandledFailure, try \d+ at \d\d:\d\d:\d\d/,
      /nothing is lost/,
      /What to do: Deploy the former or a mended worker: the order goes on by itself.*Never terminate it/s,
    );
    const { raw } = await handleOf(issuer, 'unfit-1').describe();
    expect(raw.pendingWorkflowTask?.attempt).toBeGreaterThan(1);
    const events = (await handleOf(issuer, 'unfit-1').fetchHistory()).events ?? [];
    const failed = events.find((event) => event.workflowTaskFailedEventAttributes);
    expect(failed?.workflowTaskFailedEventAttributes?.failure?.message).toContain('this code is unfit');

    await at.click(at.next.getByRole('link', { name: 'Workers and queues' }));
    await page.getByText(/^1 worker process:/).waitFor();
    await file.platform.stopWorkers();
    await file.platform.startWorkers();
    await at.back();
    await page.locator('.why .chip', { hasText: 'Delivered' }).waitFor({ timeout: limitMs });
    await at.proved('workflow task failing', 'Delivered');
    nothingSecret(issuer, 'unfit-1');
  }, 300_000);

  test('worker down: since when is told; the worker is seen to come back, and the order goes on', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 3_600 });
    worksWell(issuer);
    await file.platform.stopWorkers();
    await issuer.place('no-worker-1');
    const at = await operator('no-worker-1');
    await at.says(
      /No worker runs: none has reported since \d\d:\d\d:\d\d \(.* ago\), so that no order moves; nothing is lost/,
      /What to do: Start a worker: the order goes on by itself\./,
    );
    await shot('worker-down');
    const handle = handleOf(issuer, 'no-worker-1');
    const { raw, staticSummary } = await handle.describe();
    expect(raw.pendingWorkflowTask).toMatchObject({ attempt: 1 });
    expect(raw.pendingWorkflowTask?.startedTime ?? null).toBeNull();
    expect(await staticSummary()).toContain('no-worker-1');

    await at.click(at.next.getByRole('link', { name: 'Workers and queues' }));
    await page.getByText(/^No worker runs, and nothing moves: none has reported since/).waitFor();
    await file.platform.startWorkers();
    await page.getByText(/^1 worker process:/).waitFor();
    await at.back();
    await at.proved('worker down', 'Delivered');
    nothingSecret(issuer, 'no-worker-1');
  }, 180_000);
});
