import type { Browser } from 'playwright-core';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider';
import { type Platform, startPlatform } from '../support/platform';
import { openChromium } from './open-chromium';

const client = { clientId: 'codeferry-console', clientSecret: 'a-client-secret' };

describe('sign-in at an OpenID provider, in a browser', () => {
  let provider: OidcProvider;
  let platform: Platform;
  let browser: Browser;
  beforeAll(async () => {
    // Another site than 127.0.0.1 to a browser, so that the cookies' SameSite counts.
    provider = await startOidcProvider(client, 'localhost');
    const grants = [{ value: 'staff', role: 'viewer' }] as const;
    platform = await startPlatform({
      worker: false,
      oidc: { issuer: provider.issuer, ...client, roleClaim: 'roles', grants },
    });
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    await provider?.stop();
  });

  test('one click leads in, from and to another site, and whoever has no role is told so once', async () => {
    const page = await (await browser.newContext()).newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    const link = page.getByRole('link', { name: 'Sign in with single sign-on' });

    provider.turn = { claims: { email: 'eve@shop.example', roles: ['bowling'] } };
    await page.goto(`${platform.baseUrl}/operator`);
    await link.click();
    await page.getByText('You are known, but have no role here.').waitFor();
    expect(page.url()).toBe(`${platform.baseUrl}/operator`);
    await page.reload();
    await link.waitFor();
    expect(await page.getByText('You are known, but have no role here.').count()).toBe(0);

    provider.turn = { claims: { email: 'vera@shop.example', roles: ['staff'] } };
    await link.click();
    await page.getByText('vera@shop.example').waitFor();
    expect(page.url()).toMatch(/\/operator(#.*)?$/);
    expect(troubles).toEqual([]);
  });
});
