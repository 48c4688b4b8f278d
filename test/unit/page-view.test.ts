import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageScript, pageStyle } from '../../src/channels/page/assets';
import { codePicture } from '../../src/channels/page/barcode';
import type { PickupModel } from '../../src/channels/page/pickup-model';
import { pageLanguages, pageWords } from '../../src/channels/page/translations';
import * as view from '../../src/channels/page/view';
import { orderStates } from '../../src/domain/order';

const en = pageWords('en');
const renderPickupPage = (shown: PickupModel) => view.renderPickupPage(shown, en);
const renderPickupState = (shown: PickupModel) => view.renderPickupState(shown, en);
const pickupStateData = (shown: PickupModel) => view.pickupStateData(shown, en);

const model = (changes: Partial<PickupModel> = {}): PickupModel => ({
  orderNo: 'A-1001',
  productName: 'Spring concert',
  sellerName: 'Hall of Music',
  quantity: 1,
  state: 'notified',
  outstanding: 1,
  good: 0,
  ready: 0,
  eventsUrl: '/p/secret/events',
  revealUrl: '/p/secret/reveal',
  reportUrl: '/p/secret/report',
  downloads: { csv: '/p/secret/codes.csv', voucher: '/p/secret/voucher.pdf' },
  ...changes,
});

const value = 'TICKET-7Q4X-99AZ';
const arrived = (changes: Partial<PickupModel> = {}): PickupModel =>
  model({
    state: 'delivered',
    outstanding: 0,
    good: 1,
    ready: 1,
    codes: [{ itemId: 'i-1', value, secret: '4711', format: 'qr', pictureSvg: codePicture('qr', value) }],
    ...changes,
  });

const hostile = '</title><script>alert(1)</script><img src=x onerror="alert(1)">\' & "';
const escaped =
  '&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39; &amp; &quot;';

const everyPage = orderStates.flatMap((state) => [
  renderPickupPage(model({ state, verifyBy: '2026-03-01T12:00:00Z', refundDue: { value: 100, currency: 'EUR' } })),
  renderPickupPage(arrived({ state })),
]);

describe('the pick-up page', () => {
  it('holds no inline script, style or handler and loads nothing but its own two assets', () => {
    for (const page of everyPage) {
      expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
      expect(page.match(/<script[^>]*>[^<]*/g)).toEqual([expect.stringMatching(/^<script src="[^"]+" defer>$/)]);
      const addresses = [...page.matchAll(/<(?:link|script|img|iframe|base)[^>]*?(?:href|src|action)="([^"]*)"/g)].map(
        (match) => match[1],
      );
      expect(addresses).toEqual([
        expect.stringMatching(/^data:image\/svg\+xml,/),
        expect.stringMatching(/^\/assets\/pickup\.css\?v=[\w-]{12}$/),
        expect.stringMatching(/^\/assets\/pickup\.js\?v=[\w-]{12}$/),
      ]);
    }
  });

  it('asks search engines and referrers to stay out, in English, for phones', () => {
    for (const page of everyPage) {
      expect(page).toContain('<html lang="en" dir="ltr">');
      expect(page).toContain('<meta name="robots" content="noindex');
      expect(page).toContain('<meta name="referrer" content="no-referrer">');
      expect(page).toContain('name="viewport" content="width=device-width, initial-scale=1');
    }
  });

  it('shows whatever an issuer wrote as text', () => {
    const page = renderPickupPage(
      arrived({
        orderNo: hostile,
        productName: hostile,
        sellerName: hostile,
        eventsUrl: hostile,
        instructions: { text: hostile },
        supportEmail: hostile,
        quantity: 2,
        good: 2,
        ready: 2,
        codes: [
          { itemId: hostile, value: hostile, secret: hostile, format: 'text', expiresAt: hostile },
          { itemId: 'b', value: hostile, format: 'url' },
        ],
      }),
    );
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('<img');
    expect(page.split(escaped).length - 1).toBe(17);
  });

  it('keeps a code byte for byte, line ends too', () => {
    const page = renderPickupPage(arrived({ codes: [{ itemId: 'a', value: '\n a\r\nb\r ', format: 'text' }] }));
    expect(page).toContain('<code class="value" id="value-1">\n a&#13;\nb&#13; </code>');
  });

  it('has a value in its own element only', () => {
    const page = renderPickupPage(arrived());
    expect(page.split(value).length - 1).toBe(1);
    expect(page.split('4711').length - 1).toBe(1);
    const before = page.slice(0, page.indexOf(value));
    expect(before.lastIndexOf('<details data-code="1" open>')).toBeGreaterThan(before.lastIndexOf('</details>'));
    expect(page).toMatch(/<title>Your code · Order A-1001<\/title>/);
  });

  it('asks for the codes by a form, which needs no script, while it holds none', () => {
    const page = renderPickupPage(arrived({ codes: undefined }));
    expect(page).toContain('<form class="reveal-form" id="reveal" method="post" action="/p/secret/reveal">');
    expect(page).toContain('Show my code');
    for (const without of [arrived(), arrived({ codes: undefined, isVoid: true, ready: 0 }), model()]) {
      expect(renderPickupPage(without)).not.toContain('id="reveal"');
    }
  });

  it('shows of a code that can be used no more why, and neither value nor PIN', () => {
    for (const [ended, says] of [
      ['void', 'This code is void'],
      ['replaced', 'was replaced'],
      ['expired', 'has expired'],
    ] as const) {
      const page = renderPickupPage(
        arrived({
          codes: [{ itemId: 'a', format: 'qr', ended, value, secret: '4711', expiresAt: '2026-01-01T00:00:00Z' }],
        }),
      );
      expect([page.includes(says), page.includes(value), page.includes('4711'), page.includes('<svg ')]).toEqual([
        true,
        false,
        false,
        false,
      ]);
    }
  });

  it('makes a link of a url code only when it leads to the web', () => {
    const link = (format: 'url' | 'text', target: string) =>
      renderPickupState(arrived({ codes: [{ itemId: 'a', value: target, format }] }));
    expect(link('url', 'https://example.com/?a=1&b=2')).toContain('href="https://example.com/?a=1&amp;b=2"');
    expect(link('url', 'javascript:alert(1)')).not.toContain('href="javascript');
    expect(link('text', 'https://example.com/')).not.toContain('href="https:');
  });

  it('lets no text in as a picture that is not a drawing', () => {
    const drawn = renderPickupState(arrived());
    expect(drawn).toContain('role="img" aria-label="QR code"><svg viewBox=');
    for (const pictureSvg of ['<svg onload="x"></svg>', `${codePicture('qr', 'a')}<script>x</script>`, 'text']) {
      const state = renderPickupState(arrived({ codes: [{ itemId: 'a', value, format: 'qr', pictureSvg }] }));
      expect(state).not.toContain('<svg');
      expect(state).not.toContain('<script');
      expect(state).not.toContain('data-enlarge');
    }
  });

  it('works without the script: reloads while the order is open, and only then', () => {
    expect(renderPickupPage(model())).toContain('<noscript><meta http-equiv="refresh" content="15"></noscript>');
    expect(renderPickupPage(arrived())).not.toContain('http-equiv="refresh"');
    // A delivered code may still become void.
    expect(renderPickupPage(arrived())).toContain('data-final="false"');
    expect(renderPickupPage(arrived({ isVoid: true }))).toContain('data-final="true"');
  });

  it('serves the files that its addresses name, and the script asks for nothing but the stream, its own page and its own form', () => {
    const page = renderPickupPage(model());
    for (const asset of [pageStyle, pageScript]) expect(page).toContain(`"${asset.href}"`);
    const script = readFileSync(join(__dirname, '../../src/channels/page/page.js'), 'utf8');
    expect(script.match(/fetch\([^,]*/g)).toEqual(['fetch(location.href', 'fetch(form.action']);
    expect(script).not.toMatch(/XMLHttpRequest|import\(|https?:|eval\(|\.style\b/);
  });
});

describe('the words of a state', () => {
  const headline = (changes: Partial<PickupModel>) =>
    renderPickupState(model(changes)).match(/<h1[^>]*>([^<]*)<\/h1>/)?.[1];

  it('are plain ones for every state', () => {
    expect(headline({ state: 'accepted' })).toBe('Waiting for the seller’s confirmation');
    expect(headline({ state: 'notified' })).toBe('Waiting for the seller’s confirmation');
    expect(headline({ state: 'verified' })).toBe('Your code is being issued');
    expect(headline({ state: 'partially_issued', quantity: 5, outstanding: 3 })).toBe('2 of 5 codes are ready');
    expect(headline({ state: 'partially_issued', quantity: 5, outstanding: 4 })).toBe('1 of 5 codes is ready');
    expect(headline({ state: 'issued' })).toBe('Your code is on its way');
    expect(headline({ state: 'undeliverable' })).toBe('Your code could not be delivered yet');
    expect(headline({ state: 'delivered', outstanding: 0, isVoid: true })).toBe('Your code is void');
    expect(headline(arrived({ codes: undefined }))).toBe('Your code has arrived');
    expect(headline(arrived())).toBe('Your code');
    const two = ['i-1', 'i-2'].map((itemId) => ({ itemId, value: `${value}-${itemId}`, format: 'text' as const }));
    expect(headline(arrived({ quantity: 3, outstanding: 1, good: 2, ready: 2, codes: two }))).toBe(
      '2 of 3 codes have arrived',
    );
    expect(headline(arrived({ quantity: 3, outstanding: 0, good: 3, ready: 2, codes: two }))).toBe(
      'A code cannot be shown',
    );
    expect(headline({ state: 'refused' })).toBe('The seller refused this order');
    expect(headline({ state: 'expired', closedReason: 'verify_window' })).toBe('The seller did not confirm in time');
    expect(headline({ state: 'expired', closedReason: 'issue_window' })).toBe('No code came in time');
    expect(headline({ state: 'cancelled' })).toBe('This order was cancelled');
  });

  it('name the refund in the currency’s own digits, to the last minor unit', () => {
    const refund = (amount: number, currency: string) =>
      renderPickupState(model({ state: 'expired', refundDue: { value: amount, currency } })).match(
        /<strong>([^<]*)<\/strong>/,
      )?.[1];
    expect(refund(1667, 'EUR')).toBe('€16.67');
    expect(refund(5, 'USD')).toBe('US$0.05');
    expect(refund(500_000, 'JPY')).toBe('JP¥500,000');
    expect(refund(1_234_567, 'KWD')).toBe('KWD\u00a01,234.567');
    expect(refund(1_000, 'AFN')).toBe('AFN\u00a010.00');
    expect(refund(Number.MAX_SAFE_INTEGER, 'EUR')).toBe('€90,071,992,547,409.91');
    expect(refund(0, 'EUR')).toBeUndefined();
  });

  it('name the end of the running window', () => {
    const state = renderPickupState(model({ verifyBy: '2026-03-01T12:05:00Z' }));
    expect(state).toContain('<time datetime="2026-03-01T12:05:00Z" data-countdown>1 Mar 2026, 12:05 UTC</time>');
  });
});

describe('a translation', () => {
  it.each(pageLanguages)('%s says something of every state, and nothing of another language', (language) => {
    const words = pageWords(language);
    for (const state of orderStates) {
      for (const shown of [model({ state }), arrived({ state }), arrived({ state, codes: undefined })]) {
        const page = view.renderPickupPage(shown, words);
        expect(page).toContain(`<html lang="${words.lang}"`);
        expect(page).not.toMatch(/undefined|\[object/);
        if (language !== 'en') {
          const own = page
            .replace(/<[^>]*>/g, ' ')
            .replace(/Spring concert|Hall of Music|Codeferry|A-1001|TICKET-7Q4X-99AZ|CSV|PDF|UTC/g, '');
          expect(own).not.toMatch(/[A-Za-z]{4,}/);
        }
      }
    }
  });

  it('is English for whoever asks for a language that is not there', () => {
    for (const asked of ['xx', 'constructor', false, undefined] as const) expect(pageWords(asked).lang).toBe('en');
  });
});

describe('the data of a state event', () => {
  it('is one line with the fragment, the state and whether it is the last', () => {
    for (const state of orderStates) {
      const data = pickupStateData(arrived({ state }));
      expect(data).not.toMatch(/[\r\n]/);
      expect(JSON.parse(data)).toEqual({
        html: renderPickupState(arrived({ state })),
        state,
        ended: 0,
        final: ['refused', 'expired', 'cancelled'].includes(state),
      });
    }
  });
});
