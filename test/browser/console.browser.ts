import type { Browser, BrowserContext, Page } from 'playwright-core';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminals } from '../support/terminal';
import { until } from '../support/until';
import { axeFindings } from './accessible';
import { openChromium } from './open-chromium';

const vera = { name: 'vera', role: 'viewer', token: 'a-token-of-vera-1234' } as const;
const otto = { name: 'otto', role: 'operator', token: 'a-token-of-otto-1234' } as const;
const secretValue = 'SECRET-CODE-4711';

describe('the console in a browser', () => {
  const file = platformOfFile({ operators: [vera, otto] });
  const terminals = startTerminals();
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const troubles: string[] = [];
  const bodies: string[] = [];

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await terminals.stop();
  });

  beforeEach(async () => {
    troubles.length = 0;
    bodies.length = 0;
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page = await context.newPage();
    page.on('pageerror', (error) => troubles.push(error.message));
    // What the content security policy blocks is told here as well.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 4')) troubles.push(message.text());
    });
    page.on('response', (response) => {
      if (!response.url().endsWith('/events'))
        response.text().then(
          (text) => bodies.push(text),
          () => undefined,
        );
    });
  });
  afterEach(async () => {
    await context.close();
    expect(troubles).toEqual([]);
    expect(bodies.join('\n')).not.toContain(secretValue);
  });

  const signIn = async (hash = '', token = file.platform.operatorToken): Promise<void> => {
    await page.goto(`${file.platform.baseUrl}/operator${hash}`);
    await page.getByLabel('Operator token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Console' }).waitFor();
  };
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  test('a wrong token is told so; the right one opens the view that the address names, and signing out closes it', async () => {
    await page.goto(`${file.platform.baseUrl}/operator#/issuers`);
    await page.getByLabel('Operator token').fill('not the operator token');
    await page.keyboard.press('Enter');
    await page.getByText('That is not the operator token.').waitFor();
    await page.getByLabel('Operator token').fill(file.platform.operatorToken);
    await page.keyboard.press('Enter');
    await heading('Issuers');
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    await heading('Issuers');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator token').waitFor();
    await page.reload();
    await page.getByLabel('Operator token').waitFor();
  });

  test('whoever signs in next sees nothing of what the one before saw', async () => {
    const { issuerId } = await file.issuer();
    await signIn(`#/issuers/${issuerId}`);
    await heading(issuerId);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator token').waitFor();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(`**/v1/operator/issuers/${issuerId}*`, async (route) => {
      await held;
      await route.continue();
    });
    await signIn(`#/issuers/${issuerId}`, vera.token);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(0);
    release();
    await heading(issuerId);
  });

  test('the overview shows an order as it is placed, without a reload', async () => {
    const issuer = await file.issuer();
    await signIn();
    await page.getByText('Live', { exact: true }).waitFor();
    const name = page.getByRole('link', { name: 'browser-live' });
    expect(await name.count()).toBe(0);
    await issuer.place('browser-live');
    await name.first().waitFor();
    expect(await page.locator('.chart canvas').count()).toBe(3);
    // Parted words and numbers have more lines than words.
    const parted = await page.locator('th, .end').evaluateAll((cells) =>
      cells
        .filter((cell) => {
          const range = cell.ownerDocument.createRange();
          range.selectNodeContents(cell);
          const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom)));
          return lines.size > (cell.textContent ?? '').trim().split(/\s+/).length;
        })
        .map(({ textContent }) => textContent),
    );
    expect(parted).toEqual([]);
  });

  test('an order is found as its number is typed, by keyboard alone', async () => {
    const issuer = await file.issuer();
    const payment = (id: string) => ({ payment: { id, payer: 'payer-7' } });
    await Promise.all([
      issuer.place('find-me-1', payment('pay-1')),
      issuer.place('find-me-2', payment('pay-2')),
      issuer.place('other-1'),
    ]);
    await signIn();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.keyboard.press('/');
    await heading('Orders');
    await page.keyboard.type('find-me');
    await page.getByRole('link', { name: 'find-me-2' }).waitFor();
    await until('the others are gone', async () => (await page.getByRole('link', { name: 'other-1' }).count()) === 0);
    await page.keyboard.type('-1');
    await until('one is left', async () => (await page.locator('a.order-link').count()) === 1);
    await page.keyboard.press('Enter');
    await heading('find-me-1');
    // What finds nothing may be a code: it stays out of all addresses, and of what is saved of them.
    await page.goBack();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByLabel('Order', { exact: true }).fill('SECRET-CODE-7');
    await page.getByText('No order fits').waitFor();
    for (const address of [page.url(), ...asked]) expect(address).not.toContain('SECRET');
    expect(await page.getByRole('link', { name: 'Export CSV' }).count()).toBe(0);
    await page.getByLabel('Order', { exact: true }).fill('find-me-1');
    await until('it is found', async () => (await page.locator('a.order-link').count()) === 1);
    expect(page.url()).toContain('q=find-me-1');
    await page.keyboard.press('Enter');
    await heading('find-me-1');
    // From there to all orders of the same payer, and to that of the same payment.
    await page.getByRole('link', { name: 'payer-7', exact: true }).click();
    const links = page.locator('a.order-link');
    await until('those of the payer are listed', async () => (await links.count()) === 2);
    expect((await links.allTextContents()).sort()).toEqual(['find-me-1', 'find-me-2']);
    await page.getByRole('link', { name: 'find-me-2' }).click();
    await page.getByRole('link', { name: 'pay-2', exact: true }).click();
    await until('that of the payment is listed', async () => (await links.count()) === 1);
    expect(await links.allTextContents()).toEqual(['find-me-2']);
  });

  test('an order whose issuer verifies wrongly says why it waits, and an operator mends it', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 300 });
    await issuer.place('wrong-amount');
    await issuer.message('order.paid', 'wrong-amount');
    await issuer.verify('wrong-amount', { amount: { value: 1, currency: 'EUR' } });
    await signIn(`#/orders/${issuer.issuerId}/wrong-amount`);
    await page.getByText(/The issuer asked to verify 0\.01 EUR, but 10\.00 EUR were paid: 1 time, last at/).waitFor();
    await page.getByRole('button', { name: 'Tell the issuer again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Tell it again' }).click();
    await page.getByText('The issuer is being told again.').waitFor();
    await issuer.message('order.paid', 'wrong-amount', 2);
    await issuer.verify('wrong-amount');
    await page.getByText('Verified: token, quantity and amount are right').waitFor();
    await issuer.submit('wrong-amount', [{ itemId: '1', value: secretValue }]);
    await page.getByText('Delivered. It waits for nothing.').waitFor();
  });

  test('what cannot be taken back is not done before its name was typed', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('to-void');
    await issuer.submit('to-void', [{ itemId: '1', value: `${secretValue}-2` }]);
    await issuer.inState('to-void', 'delivered');
    await signIn(`#/orders/${issuer.issuerId}/to-void`);
    await page.getByRole('button', { name: 'Declare the codes void' }).click();
    const go = page.getByRole('button', { name: 'Declare void' });
    expect(await go.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await until('the dialog is closed', async () => (await page.getByRole('dialog').count()) === 0);
    await page.getByRole('button', { name: 'Declare the codes void' }).click();
    await page.getByLabel('Reason', { exact: true }).fill('lost');
    await page.getByLabel('Type to-void to go on').fill('to-void');
    await go.click();
    await issuer.message('order.codes_void', 'to-void');
    await page
      .getByText(/^1 code void since .* an operator declared it void after the delivery\. The buyer has had it/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Declare the codes void' }).count()).toBe(0);
  });

  test('an order that was refused with codes says that they are void, since when and why', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('refused-part', { quantity: 3 });
    await issuer.submit('refused-part', [
      { itemId: '1', value: `${secretValue}-3` },
      { itemId: '2', value: `${secretValue}-4` },
    ]);
    await issuer.refuse('refused-part');
    await signIn(`#/orders/${issuer.issuerId}/refused-part`);
    await page
      .getByText(
        /^2 codes void since .*: the order ended before they were delivered, as the issuer refused it\. Nobody was given them/,
      )
      .waitFor();
    await page.getByText('0 issued, 2 void').waitFor();
  });

  test('a new issuer gets its secret shown once, works, is paused and deleted', async () => {
    await signIn('#/issuers');
    await page.getByRole('button', { name: 'New issuer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Id', { exact: true }).fill('made-by-hand');
    await dialog.getByLabel('Name').fill('Made by hand');
    await dialog.getByLabel('Callback address').fill('http://10.1.2.3/not-allowed');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText(/^It .*\.$/).waitFor();
    expect(await dialog.locator('[aria-invalid]').getAttribute('name')).toBe('callbackUrl');
    await dialog.getByLabel('Callback address').fill('http://127.0.0.1:9/callback');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const steps = (await page.locator('.next-steps').textContent()) ?? '';
    expect(steps).toMatch(/Give the secret .*\/echo, .* test order: .*Conformance, /);
    expect(await page.locator('.next-steps pre').textContent()).toContain('made-by-hand');
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await heading('made-by-hand');
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByLabel('Type made-by-hand to go on').fill('made-by-hand');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await heading('Issuers');
    await until('the list is read', async () => (await page.locator('.paged').count()) === 1);
    expect(await page.getByRole('link', { name: 'made-by-hand' }).count()).toBe(0);
    bodies.length = 0;
  });

  test('a batch says how many it would change before it changes them', async () => {
    const issuer = await file.issuer();
    await Promise.all([1, 2, 3].map((n) => issuer.place(`batch-${n}`)));
    await Promise.all([1, 2, 3].map((n) => issuer.inState(`batch-${n}`, 'notified')));
    await signIn(`#/orders?issuerId=${issuer.issuerId}`);
    await page.getByText('Act on all orders of this filter').click();
    await page.getByLabel('Action').selectOption('cancel');
    await page.getByRole('button', { name: 'Count first' }).click();
    await page.getByLabel('Type 3 to go on').fill('3');
    await page.getByRole('dialog').getByLabel('Reason').fill('sold out');
    expect((await issuer.order('batch-1')).body.state).toBe('notified');
    await page.getByRole('button', { name: 'Cancel: 3' }).click();
    await page.getByText('3 of 3 done.').waitFor();
    for (const n of [1, 2, 3]) expect((await issuer.order(`batch-${n}`)).body.state).toBe('cancelled');
    const audit = (await file.platform.operator('GET', '/audit?limit=1')).body.data;
    expect(audit).toMatchObject([{ action: 'orders.batch', after: { reason: 'sold out', changed: 3 } }]);
  });

  test('the maintenance switch stops new orders, says so across the views, and takes them again', async () => {
    const issuer = await file.issuer();
    await signIn('#/settings');
    await page.getByText('New orders are taken.').waitFor();
    await page.getByRole('button', { name: 'Stop new orders' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason, for other operators').fill('moving house');
    await dialog.getByRole('button', { name: 'Stop new orders' }).click();
    const banner = page.getByRole('status').filter({ hasText: 'Maintenance: new orders are refused' });
    await banner.getByText('moving house').waitFor();
    expect((await issuer.place('in-maintenance')).status).toBe(503);
    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await heading('Orders');
    await banner.getByRole('button', { name: 'Take new orders again' }).click();
    await dialog.getByRole('button', { name: 'Take new orders' }).click();
    await banner.waitFor({ state: 'hidden' });
    expect((await issuer.place('in-maintenance')).status).toBe(201);
  });

  test('the delivery key is rotated after a question, and the old one is shown until it ends', async () => {
    const keysNow = async (): Promise<string[]> => {
      const { keys } = (await file.platform.operator('GET', '/keys/delivery')).body;
      return keys.map(({ id }: { id: string }) => id);
    };
    const [old = ''] = await keysNow();
    await signIn('#/settings');
    await page.getByText(old).waitFor();
    await page.getByRole('button', { name: 'Rotate the key' }).click();
    const dialog = page.getByRole('dialog');
    expect(await keysNow()).toEqual([old]);
    await dialog.getByRole('button', { name: 'Make a new key' }).click();
    await page.getByText(/, ends /).waitFor();
    const [fresh = '', ...others] = await keysNow();
    expect(others).toEqual([old]);
    await page.getByText(fresh, { exact: true }).waitFor();
  });

  test('a viewer sees everything but the audit log, and is offered nothing that the platform would refuse', async () => {
    const issuer = await file.issuer();
    await issuer.place('seen-only');
    await signIn('#/settings', vera.token);
    await page.getByText('vera, viewer').waitFor();
    await page.getByText('New orders are taken.').waitFor();
    expect(await page.getByRole('button', { name: 'Stop new orders' }).count()).toBe(0);
    await page
      .getByText(/^delivery-/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Rotate the key' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit' }).isVisible()).toBe(false);
    await page.goto(`${file.platform.baseUrl}/operator#/orders/${issuer.issuerId}/seen-only`);
    await page.getByText('Your role reads only.').waitFor();
    await page.goto(`${file.platform.baseUrl}/operator#/orders`);
    await page.getByRole('link', { name: 'seen-only' }).waitFor();
    expect(await page.getByText('Act on all orders of this filter').count()).toBe(0);
    await page.goto(`${file.platform.baseUrl}/operator#/issuers/${issuer.issuerId}`);
    await page.getByText('Only an admin changes issuers.').waitFor();
    await page.goto(`${file.platform.baseUrl}/operator#/audit`);
    await page.getByText('This needs the role admin; yours is viewer').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator token').waitFor();
  });

  test('a longer window is set for a product, and the orders that run are lengthened after a count', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 300 });
    for (const n of [1, 2]) await issuer.place(`run-${n}`);
    await signIn(`#/issuers/${issuer.issuerId}`);
    await page.getByText('Every product has the settings of its issuer.').waitFor();
    await page.getByRole('button', { name: 'Set for a product' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Product id').fill('coffee');
    await dialog.getByLabel('Seconds between tries of a notice').fill('10, soon');
    await dialog.getByLabel('Seconds to verify').fill('3600');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Whole seconds, up to a day each').waitFor();
    await dialog.getByLabel('Seconds between tries of a notice').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Time to verify: 60 min').waitFor();
    await page.locator('.product-row').getByRole('button', { name: 'Apply to running orders' }).click();
    await dialog.getByRole('button', { name: 'Lengthen: 2' }).click();
    await page.getByText('2 of 2 done').waitFor();
    await page.goto(`${file.platform.baseUrl}/operator#/orders/${issuer.issuerId}/run-1`);
    await page.getByText('5 min and 55 min more').waitFor();
    await page.goto(`${file.platform.baseUrl}/operator#/settings`);
    await page.getByRole('heading', { name: 'Windows, delays and calls' }).waitFor();
    await page.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Seconds to issue').fill('1200');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('20 min', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Set the rules' }).click();
    await dialog.getByLabel('A new issuer sells').selectOption('conformance');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('A new issuer sells once it has passed conformance').waitFor();
    const { settings } = (await file.platform.operator('GET', '/settings')).body;
    expect(settings).toMatchObject({ issueWindowSeconds: 1_200, goLive: 'conformance' });
    await file.platform.operator('PUT', '/settings', {});
  });

  test('orders are found by the time of their payment, and the address keeps it', async () => {
    const issuer = await file.issuer();
    await issuer.place('just-now');
    await signIn(`#/orders?issuerId=${issuer.issuerId}`);
    await page.getByRole('link', { name: 'just-now' }).waitFor();
    await page.getByLabel('Paid until').fill('2020-01-01T00:00');
    await page.getByText('No order fits').waitFor();
    await page.getByLabel('Paid until').fill('2099-01-01T00:00');
    await page.getByLabel('Paid from').fill('2020-01-01T00:00');
    await page.getByRole('link', { name: 'just-now' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'just-now' }).waitFor();
    expect(await page.getByLabel('Paid from').inputValue()).toBe('2020-01-01T00:00');
  });

  test('an issuer’s failed calls are found, and one is sent again', async () => {
    const issuer = await file.issuer({ noticeDelaysSeconds: [3_600] });
    issuer.on('order.paid', async () => ({ status: 500 }));
    await issuer.place('failed-once');
    await issuer.message('order.paid', 'failed-once');
    await until('the try is written down', async () => {
      const { body } = await file.platform.operator('GET', `/issuers/${issuer.issuerId}/calls`);
      return body.data.length > 0;
    });
    issuer.on('order.paid', async () => ({ status: 204 }));
    await signIn(`#/issuers/${issuer.issuerId}`);
    await page.getByLabel('Only failed ones').check();
    await page.getByText('answered HTTP 500').waitFor();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
    await page.getByText('It is being sent.').waitFor();
    await issuer.message('order.paid', 'failed-once', 2);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText(/^1 worker process:/).waitFor();
    await page.getByText(', workflows').waitFor();
    await page.goto(`${file.platform.baseUrl}/operator#/issuers/${issuer.issuerId}`);
    await page.getByRole('button', { name: 'Look for it now' }).click();
    await page.getByText('For the file, the server answered HTTP 404').waitFor();
  });

  test('a call is opened without its secrets, and an event is sent again from there', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('opened', { metadata: { note: 'seat 12' } });
    await issuer.submit('opened', [{ itemId: 'item-1', value: secretValue }]);
    const first = await issuer.message('order.delivered', 'opened');
    await until('the event is written down', async () => {
      const { body } = await file.platform.operator('GET', `/issuers/${issuer.issuerId}/calls`);
      return body.data.some(({ kind }: { kind: string }) => kind === 'order.delivered');
    });
    await signIn(`#/issuers/${issuer.issuerId}`);
    await page.getByRole('link', { name: 'order.codes' }).click();
    await heading('order.codes');
    await page.getByText('"itemId": "item-1"').waitFor();
    await page.getByText('"value": "•••"').waitFor();
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
    await page.goBack();
    await page.getByRole('link', { name: 'order.delivered' }).click();
    await heading('order.delivered');
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
    await page.getByText('It is being sent.').waitFor();
    const second = await issuer.message('order.delivered', 'opened', 2);
    expect([second.id, second.raw]).toEqual([first.id, first.raw]);
    const url = page.url();
    await page.getByRole('link', { name: 'opened', exact: true }).click();
    await page.getByText('sent again by an operator').waitFor();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(url);
      await page.reload();
      await heading('order.delivered');
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(new URL(url).hash, vera.token);
    await heading('order.delivered');
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
  });

  test('an issuer that is not live is played, or let go live by an admin, who says why', async () => {
    await file.platform.operator('PUT', '/settings', { goLive: 'conformance' });
    try {
      const issuer = await file.issuer();
      await signIn(`#/issuers/${issuer.issuerId}`, vera.token);
      await page.getByRole('link', { name: 'Conformance' }).click();
      await page.getByText('Your role reads only: an admin begins a run.').waitFor();
      expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await signIn(`#/issuers/${issuer.issuerId}/conformance`);
      await page.getByRole('button', { name: 'Begin a run' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Scenarios').fill('unknown-event');
      await dialog.getByRole('button', { name: 'Begin' }).click();
      await page.getByText('No required scenario failed.').waitFor();
      await page.getByRole('link', { name: 'All runs' }).click();
      await page.getByText('1 passed, 0 failed').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/console-runs.png` });
      await page.getByRole('button', { name: 'Go live' }).click();
      await dialog.getByLabel('Why').fill('it fetches nothing yet');
      await dialog.getByRole('button', { name: 'Go live' }).click();
      await page.getByText('It is live: every product is sold.').waitFor();
      const { data } = (await file.platform.operator('GET', `/audit?target=${issuer.issuerId}`)).body;
      const went = data.find(
        ({ action, phase }: { action: string; phase: string }) => action === 'issuer.went_live' && phase === 'done',
      );
      expect(went.after).toEqual({ reason: 'it fetches nothing yet' });
    } finally {
      await file.platform.operator('PUT', '/settings', { goLive: 'open' });
    }
  });

  test('a second person sees the whole address before the codes go there, as it is called', async () => {
    await terminals.answer('/dead', () => 410);
    const url = await terminals.urlOf('/dead');
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url }, deliveryDelaysSeconds: [1] });
    await issuer.placeVerified('seen');
    await issuer.submit('seen', [{ itemId: '1', value: 'CODE-seen' }]);
    await issuer.inState('seen', 'undeliverable');
    await file.platform.operator('PUT', '/settings', { twoPersons: true });
    const terminal = { channel: 'webhook', url: await terminals.urlOf('/there-\u202Edaed') };
    await file.platform.operator('POST', `/orders/${issuer.issuerId}/seen/redeliver`, { terminal });
    await signIn('#/failures?kind=approvals', otto.token);
    await page.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.textContent()).not.toContain('/there-');
    await dialog.getByRole('button', { name: 'Show the whole address' }).click();
    await dialog.getByText('/there-%E2%80%AEdaed').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/console-approval.png` });
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved; the codes are on their way.').waitFor();
    await issuer.inState('seen', 'delivered');
    await file.platform.operator('PUT', '/settings', {});
  });

  test('nothing is wider than a phone, in no view; an issuer’s look and terminal are set there, too', async () => {
    const issuer = await file.issuer();
    const orderNo = `${'long-order-number-'.repeat(3)}abcdefghij`;
    await issuer.place(orderNo, { product: { id: 'p', name: 'W'.repeat(200) } });
    await page.setViewportSize({ width: 360, height: 740 });
    await signIn();
    const views = ['overview', 'orders', 'failures', 'issuers', `issuers/${issuer.issuerId}`, 'settings', 'audit'];
    const below = [`issuers/${issuer.issuerId}/conformance`, `orders/${issuer.issuerId}/${orderNo}`];
    for (const view of [...views, ...below]) {
      await page.goto(`${file.platform.baseUrl}/operator#/${view}`);
      await page.locator('.paged, .timeline, .bars, .action-row').first().waitFor();
      expect([view, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([view, true]);
    }
    await page.goto(`${file.platform.baseUrl}/operator#/issuers/${issuer.issuerId}/look`);
    await page.getByLabel('Name that buyers see').fill('Bean & Bar');
    await page.frameLocator('iframe[title=Preview]').getByText('Bean & Bar').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    if (process.env.PICTURES)
      await page.screenshot({ path: `${process.env.PICTURES}/console-look.png`, fullPage: true });
    await page.getByLabel('Messages hold the codes, too').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.goto(`${file.platform.baseUrl}/operator#/issuers/${issuer.issuerId}`);
    await page.getByRole('button', { name: 'Change', exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Preset terminal').inputValue()).toBe('page');
    await dialog.getByLabel('Preset terminal').selectOption('webhook');
    await dialog.getByLabel('Web address').fill('https://shop.example.com/hook');
    await dialog.getByLabel('Seconds that a callback may take').fill('3');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('webhook: https://shop.example.com/hook').waitFor();
    expect((await issuer.get('/self')).body).toMatchObject({
      branding: { displayName: 'Bean & Bar' },
      codeInMessage: true,
      terminal: { channel: 'webhook', url: 'https://shop.example.com/hook' },
      callTimeoutSeconds: 3,
    });
  });
});
