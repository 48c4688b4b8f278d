import { request as ask, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { createIssuerClient } from '../../packages/issuer/src';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';

const path = '/codes/of-the-shop';

/** A reverse proxy under a path, as many companies have one: it strips the path before it passes a request on, or keeps it. */
const startProxy = async (strips: boolean) => {
  let target = '';
  const server: Server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? '';
    if (!url.startsWith(`${path}/`)) {
      outgoing.writeHead(404).end('not of this proxy');
      return;
    }
    const passed = ask(
      `${target}${strips ? url.slice(path.length) : url}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    publicUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    leadTo: (url: string) => {
      target = url;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe.each([
  { proxy: 'strips', strips: true },
  { proxy: 'keeps', strips: false },
])('behind a proxy that $proxy the path of PUBLIC_URL', ({ strips }) => {
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let platform: Platform;
  let issuer: TestIssuer;
  beforeAll(async () => {
    proxy = await startProxy(strips);
    platform = await startPlatform({ publicUrl: proxy.publicUrl });
    proxy.leadTo(platform.baseUrl);
    issuer = await startIssuer(platform);
  });
  afterAll(async () => {
    await issuer.stop();
    await platform.stop();
    await proxy.stop();
  });

  /** Every address that a page names, as a browser follows it. */
  const linksOf = (html: string, pageUrl: string): string[] =>
    [...html.matchAll(/(?:href|src|action|data-events)="([^"#]+)"/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.startsWith('data:'))
      .map((link) => new URL(link, pageUrl).href);
  const expectAllThere = async (links: readonly string[]): Promise<void> => {
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      const { status, body } = await fetch(link);
      await body?.cancel();
      expect([link, status]).toEqual([link, 200]);
    }
  };
  const pageAt = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, { ...init, headers: { accept: 'text/html', ...init.headers } });
    return { status: response.status, html: await response.text(), headers: response.headers };
  };

  test('an issuer calls through it, signed GETs included, also whoever calls the platform directly', async () => {
    const client = createIssuerClient({ baseUrl: proxy.publicUrl, issuerId: issuer.issuerId, secret: issuer.secret });
    const order = {
      product: { id: 'coffee', name: 'Coffee' },
      amount: { value: 1_000, currency: 'EUR' },
      terminal: { channel: 'page' as const },
    };
    const placed = await client.placeOrder({ orderNo: 'through-1', ...order });
    expect(placed.pickupUrl).toMatch(new RegExp(`^${proxy.publicUrl}/p/`));
    expect((await client.readOrder('through-1')).orderNo).toBe('through-1');
    expect((await client.listOrders({ limit: 1 })).data).toHaveLength(1);
    expect((await issuer.order('through-1')).status).toBe(200);
    expect((await issuer.message('order.paid', 'through-1')).raw).toContain(`${proxy.publicUrl}/v1/`);
  });

  test('the pick-up page has its style, script and stream, shows the code, and gives its files', async () => {
    const placed = await issuer.placeVerified('page-1');
    const { pickupUrl } = placed.body;
    const waiting = await pageAt(pickupUrl);
    expect(waiting.status).toBe(200);
    await expectAllThere(linksOf(waiting.html, pickupUrl));
    await issuer.submit('page-1', [{ itemId: 'a', value: 'THROUGH-THE-PROXY' }]);
    await issuer.inState('page-1', 'delivered');
    const action = /<form[^>]*action="([^"]+)"/.exec((await pageAt(pickupUrl)).html)?.[1] ?? '';
    const shown = await pageAt(new URL(action, pickupUrl).href, { method: 'POST' });
    expect(shown.html).toContain('THROUGH-THE-PROXY');
    const cookie = shown.headers.get('set-cookie') ?? '';
    expect(cookie).toContain(`Path=${new URL(pickupUrl).pathname}`);
    // Those two take a POST only.
    const links = linksOf(shown.html, new URL(action, pickupUrl).href).filter(
      (link) => !/\/(reveal|report)$/.test(link),
    );
    expect(links.filter((link) => /codes\.csv|voucher\.pdf/.test(link))).toHaveLength(2);
    for (const link of links) {
      const { status, body } = await fetch(link, { headers: { cookie: cookie.split(';')[0] ?? '' } });
      await body?.cancel();
      expect([link, status]).toEqual([link, 200]);
    }
  });

  test('the start page, the docs and the console lead to what is there', async () => {
    for (const page of ['/', '/docs', '/operator']) {
      const { status, html } = await pageAt(`${proxy.publicUrl}${page}`);
      expect([page, status]).toEqual([page, 200]);
      await expectAllThere(linksOf(html, `${proxy.publicUrl}${page}`));
    }
    const console = await pageAt(`${proxy.publicUrl}/operator`);
    expect(console.html).toContain(`<meta name="base-path" content="${path}">`);
    const slash = await fetch(`${proxy.publicUrl}/operator/`, { redirect: 'manual' });
    expect(slash.headers.get('location')).toBe(`${path}/operator`);
    const document = await (await fetch(`${proxy.publicUrl}/openapi.json`)).json();
    expect(document.servers).toEqual([{ url: proxy.publicUrl }]);
    const signedIn = await fetch(`${proxy.publicUrl}/v1/operator/console/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: platform.operatorToken }),
    });
    expect(signedIn.status).toBe(201);
  });

  test('a repeat by the other way is the same request', async () => {
    const body = { type: 'order.cancellation', orderNo: 'repeat-1', reason: 'changed my mind' };
    await issuer.place('repeat-1');
    const [direct, through] = [platform.baseUrl, proxy.publicUrl].map((url) => () => signedPost(url, body));
    expect((await direct?.())?.status).toBe(200);
    const again = await through?.();
    expect([again?.status, again?.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
  });

  const signedPost = (url: string, body: { orderNo: string }) => {
    const [id, at, raw] = ['the-same-id', new Date(), JSON.stringify(body)];
    return fetch(`${url}/v1/issuers/${issuer.issuerId}/orders/${body.orderNo}/cancellation`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(issuer.secret).sign(id, at, raw),
      },
      body: raw,
    });
  };
});
