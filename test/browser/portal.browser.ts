import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createVersions, versions } from '../../src/contract/versions';
import { ownAuthority } from '../support/certificates';
import { startIssuerUnderTest } from '../support/issuer-under-test';
import { platformOfFile } from '../support/platform-of-file';
import { axeFindings } from './accessible';
import { openChromium } from './open-chromium';

const secretValue = 'SECRET-CODE-4711';
const older = { date: '2020-01-01', changes: [], endsAt: new Date('2099-01-01T00:00:00Z') };

describe('the issuer’s own page in a browser', () => {
  const file = platformOfFile({ versions: createVersions([older, { date: versions.newest, changes: [] }]) });
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const troubles: string[] = [];
  const bodies: string[] = [];
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    troubles.length = 0;
    bodies.length = 0;
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page = await context.newPage();
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 4')) troubles.push(message.text());
    });
    page.on('response', (response) => {
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

  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const go = (name: string) => page.getByRole('navigation', { name: 'Issuer' }).getByRole('link', { name }).click();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const confirm = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  const picture = async (name: string): Promise<void> => {
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
  };
  const signIn = async (issuer: Awaited<ReturnType<typeof file.issuer>>, role: 'viewer' | 'admin'): Promise<void> => {
    const made = await issuer.post('/portal-links', { type: 'portal.link', role, name: 'ann' });
    await page.goto(made.body.url);
    expect(await axeFindings(page)).toEqual([]);
    await button('Sign in').click();
    await heading('Orders');
  };

  test('a person is let in by a link, finds an order, refuses it, and leaves', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('mine-1');
    await issuer.placeVerified('mine-2');
    await issuer.submit('mine-2', [{ itemId: '1', value: secretValue }]);
    await issuer.inState('mine-2', 'delivered');
    await signIn(issuer, 'admin');
    await page.getByText('An issuer of the tests: ann, admin').waitFor();
    await page.getByLabel('Order', { exact: true }).fill('MINE-1');
    await page.getByRole('link', { name: 'mine-1' }).click();
    await heading('mine-1');
    await button('Refuse the order').click();
    await page.getByLabel('Type mine-1 to go on').fill('mine-1');
    await confirm('Refuse the order');
    await page.getByText('It ended').waitFor();
    await go('Orders');
    await page.getByRole('link', { name: 'mine-2' }).click();
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await button('Sign out').click();
    await heading('You are not signed in');
    await page.reload();
    await heading('You are not signed in');
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  test('calls, replays, settings, statements and team work, and a viewer is offered no change', async () => {
    const issuer = await file.issuer();
    await issuer.place('seen-1');
    await issuer.message('order.paid', 'seen-1');
    await signIn(issuer, 'admin');
    await go('Calls');
    await page.getByRole('link', { name: 'order.paid' }).click();
    await page.getByText('•••').first().waitFor();
    await go('Failures');
    await button('Count first').click();
    await page.getByText('0 events not taken since then.').waitFor();
    await go('Settings');
    await button('Check it now').click();
    await page.getByText('You answered with a 2xx: it works.').waitFor();
    const { file: proof } = (await issuer.get('/callback-proof')).body;
    issuer.files.set(new URL(proof.url).pathname, proof.content);
    await page.getByText('not yet', { exact: true }).waitFor();
    await button('Look for it now').click();
    await page.getByText('The file is there.').waitFor();
    await page.getByText('by file,').waitFor();
    await button('For another address').click();
    await page.getByLabel('Address', { exact: true }).fill('https://codes.example.com/callback');
    await confirm('Show how');
    await page.getByText('_codeferry.codes.example.com').waitFor();
    await button('New secret').click();
    await confirm('Make a new secret');
    expect(await page.getByLabel('Secret', { exact: true }).inputValue()).toMatch(/^whsec_/);
    await confirm('I have kept it');
    await go('Statements');
    const list = { name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from('orderNo,state\nnone,delivered\n') };
    await page.getByLabel('Your list').setInputFiles(list);
    await button('Compare').click();
    await page.getByText('Not known here').waitFor();
    await go('Team');
    await page.getByText('ann (this browser)').waitFor();
    await button('New link').click();
    await confirm('Make the link');
    const url = await page.getByLabel('Link', { exact: true }).inputValue();
    await confirm('I have kept it');
    await page.goto(url);
    await button('Sign in').click();
    await heading('Orders');
    await go('Team');
    await page.getByText('ann', { exact: true }).waitFor();
    expect(await page.getByRole('button').allTextContents()).toEqual(['Sign out']);
    await go('Settings');
    await page.getByText('by file,').waitFor();
    expect(await button('Look for it now').count()).toBe(0);
  });

  test('the look is seen as mail, SMS and page before it is saved, and what is wrong is said at its field', async () => {
    const issuer = await file.issuer();
    const kept = { supportUrl: 'https://beans.example', messages: { fr: { button: 'Voir' } } };
    await issuer.post('/settings', { type: 'issuer.settings', branding: { displayName: 'Beans', ...kept } });
    await signIn(issuer, 'admin');
    await go('Settings');
    await page.getByRole('link', { name: 'How buyers see you' }).click();
    await heading('How buyers see you');
    const field = (name: string) => page.getByLabel(name, { exact: true });
    const frame = page.frameLocator('iframe[title=Preview]');
    await field('Name that buyers see').fill('Bean & Bar');
    await frame.getByText('Bean & Bar').first().waitFor();
    expect(await page.getByLabel('Messages hold the codes, too').isVisible()).toBe(false);
    await field('Language of messages').fill('de');
    await field('Language of the words below').fill('de');
    await field('Text of mails').fill('Hallo von {seller}');
    await frame.getByText('Hallo von Bean & Bar').waitFor();
    await picture('look-mail');
    await field('SMS, in front of the link').fill('Dein {product}');
    await page.getByLabel('What is shown').selectOption('text');
    await page.locator('.preview-text', { hasText: 'Dein Sample product' }).waitFor();
    await page.getByLabel('What is shown').selectOption('page');
    await frame.getByText('Bean & Bar').first().waitFor();

    await picture('look-page');
    await field('Colour').fill('red');
    await page.getByText('A # and six of 0 to 9').waitFor();
    // Whoever still writes is not taken elsewhere.
    await field('Subject of mails').fill('Ihr {produkt}');
    await page.getByText('At most 150 letters').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('subject');
    await field('Language of the words below').fill('fr');
    await page.getByText('Words in “de”: Subject of mails: At most 150').waitFor();
    expect(await field('Button of mails').inputValue()).toBe('Voir');
    await button('Save').click();
    await page.locator('[name=color]:focus').waitFor();
    await picture('look-refused');
    expect((await issuer.get('/self')).body.branding.displayName).toBe('Beans');
    await page.getByLabel('Pick the colour').fill('#aa0000');
    expect(await field('Colour').inputValue()).toBe('#aa0000');
    await field('Language of the words below').fill('de');
    await field('Subject of mails').fill('Ihr {product}');
    await button('Save').click();
    await page.getByText('Saved.').waitFor();
    const de = { subject: 'Ihr {product}', text: 'Hallo von {seller}', sms: 'Dein {product}' };
    expect((await issuer.get('/self')).body.branding).toEqual({
      ...kept,
      displayName: 'Bean & Bar',
      color: '#aa0000',
      language: 'de',
      messages: { fr: { button: 'Voir' }, de },
    });

    await signIn(issuer, 'viewer');
    await page.goto(`${file.platform.baseUrl}/issuer#/look`);
    await field('Name that buyers see').fill('Only tried');
    await frame.getByText('Only tried').first().waitFor();
    expect(await button('Save').count()).toBe(0);
  });

  test('the preset terminal, the version of the contract and a certificate are set by the issuer itself', async () => {
    const issuer = await file.issuer();
    await file.platform.core.issuers.change(issuer.issuerId, { apiVersion: older.date });
    await signIn(issuer, 'admin');
    await go('Settings');
    await page.getByText(`Version ${older.date} ends 2099-01-01.`).waitFor();
    const settings = page.locator('.card', { hasText: 'Preset terminal' });
    await settings.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await picture('change');
    await dialog.getByLabel('Preset terminal').selectOption('webhook');
    await dialog.getByLabel('Web address').fill('ftp://shop.example.com/hook');
    await dialog.getByLabel('Version of the contract').selectOption(versions.newest);
    await confirm('Save');
    await dialog.locator('.field', { hasText: 'Web address' }).getByText('It must begin with https').waitFor();
    await dialog.getByLabel('Web address').fill('https://shop.example.com/hook');
    await confirm('Save');
    await picture('settings-now');
    await settings.getByText('webhook: https://shop.example.com/hook').waitFor();
    expect((await issuer.get('/self')).body).toMatchObject({
      terminal: { channel: 'webhook', url: 'https://shop.example.com/hook' },
      apiVersion: versions.newest,
    });
    expect(await page.getByText('Make your server ready').count()).toBe(0);

    const callback = page.locator('.card', { hasText: 'Called at' });
    await callback.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Certificate shown to the server').fill('none');
    await dialog.getByLabel('Its key').fill('none');
    await confirm('Save and check');
    await dialog.getByText(/It must be .*certificates in PEM/).waitFor();
    const { cert: certificate, key } = ownAuthority();
    await dialog.getByLabel('Certificate shown to the server').fill(certificate);
    await dialog.getByLabel('Its key').fill(key);
    await confirm('Save and check');
    await page.getByText('You answered with a 2xx: it works.').waitFor();
    expect((await issuer.get('/self')).body.callCertificate.subject).toContain('127.0.0.1');
  });

  test('an issuer that is not live has its server played, sees where it is wrong and how that is mended', async () => {
    const { operator } = file.platform;
    await operator('PUT', '/settings', { goLive: 'conformance' });
    const issuer = await file.issuer();
    const { issuerId, secret } = issuer;
    const server = await startIssuerUnderTest({
      ...{ issuerId, secret, codeMode: 'push', platformUrl: () => file.platform.baseUrl },
      faultIn: (scenario) => (scenario === 'signature-old' ? 'no-time-check' : undefined),
    });
    await operator('PATCH', `/issuers/${issuerId}`, { callback: { kind: 'url', url: server.url } });
    const begin = async (scenarios?: string): Promise<void> => {
      await button('Begin a run').click();
      const dialog = page.getByRole('dialog');
      if (scenarios !== undefined) await dialog.getByLabel('Scenarios').fill(scenarios);
      await dialog.getByRole('button', { name: 'Begin' }).click();
    };
    try {
      await signIn(issuer, 'admin');
      await go('Settings');
      await page.getByRole('link', { name: 'Conformance' }).click();
      await heading('Conformance');
      await page.getByText('Not live', { exact: true }).waitFor();
      await begin('no-such-scenario');
      await page.getByRole('dialog').getByText('is no scenario').waitFor();
      await page.getByRole('dialog').getByLabel('Scenarios').fill('paid-verified');
      await confirm('Begin');
      await heading('Conformance run');
      await page.getByText('Some were played alone: that lets nobody go live.').waitFor();
      await page.getByText(`by ${issuerId}: ann`).waitFor();

      await page.getByRole('link', { name: 'All runs' }).click();
      await begin();
      await page.getByRole('progressbar', { name: 'Scenarios played' }).waitFor();
      await page.getByText('Each that failed says below how it is fixed.').waitFor({ timeout: 90_000 });
      const failed = page.locator('details.result[open]').filter({ hasText: 'signature-old' });
      for (const text of ['was 204', 'Refuse a webhook-timestamp that is more than 300 s away', 'order.paid conform-'])
        await failed.getByText(text).first().waitFor();
      expect(await page.locator('details.result').first().textContent()).toContain('signature-old');
      const passed = page.locator('details.result', { hasText: 'paid-verified' });
      expect(await passed.isVisible()).toBe(false);
      await page.locator('summary', { hasText: 'Passed' }).click();
      expect([await passed.isVisible(), await passed.getByText('order.paid').isVisible()]).toEqual([true, false]);
      const taken = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download' }).click();
      const report = JSON.parse(readFileSync(await (await taken).path(), 'utf8'));
      expect(JSON.parse(report.statement).predicate).toMatchObject({
        result: 'FAILED',
        failedTests: ['signature-old'],
      });
      await button('Play those that failed again').click();
      expect(await page.getByRole('dialog').getByLabel('Scenarios').inputValue()).toMatch(/^signature-old$/m);
      await confirm('Go back');

      await page.setViewportSize({ width: 320, height: 700 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axeFindings(page)).toEqual([]);
        expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(320);
        await picture(`${colorScheme}-run`);
      }
      if (process.env.PICTURES) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await picture('wide-run');
        await page.getByRole('link', { name: 'All runs' }).click();
        await page.getByRole('link', { name: /ago/ }).first().waitFor();
        await picture('wide-runs');
      }
      await signIn(issuer, 'viewer');
      await page.goto(`${file.platform.baseUrl}/issuer#/conformance`);
      await page.getByText('Your role reads only: an admin begins a run.').waitFor();
      expect(await button('Begin a run').count()).toBe(0);
    } finally {
      await operator('PUT', '/settings', { goLive: 'open' });
      await server.stop();
    }
  }, 180_000);

  test.each(['light', 'dark'] as const)(
    'axe-core finds nothing in any view, and nothing is wider than 320 pixels (%s)',
    async (colorScheme) => {
      const issuer = await file.issuer();
      await issuer.placeVerified('narrow-1');
      await issuer.submit('narrow-1', [{ itemId: '1', value: `${secretValue}-${colorScheme}` }]);
      await issuer.inState('narrow-1', 'delivered');
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 320, height: 700 });
      await signIn(issuer, 'admin');
      for (const [path, title] of [
        ['orders', 'Orders'],
        ['orders/narrow-1', 'narrow-1'],
        ['failures', 'Failures'],
        ['calls', 'Calls'],
        ['money', 'Statements'],
        ['settings', 'Settings'],
        ['look', 'How buyers see you'],
        ['conformance', 'Conformance'],
        ['team', 'Team'],
      ] as const) {
        await page.evaluate(`location.hash = '#/${path}'`);
        await heading(title);
        expect([path, await axeFindings(page)]).toEqual([path, []]);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect([path, Number(width) <= 320]).toEqual([path, true]);
        await picture(`${colorScheme}-${path.replace('/', '-')}`);
      }
    },
  );
});
