import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { revealItems } from '../support/reveal';

const file = platformOfFile();

const pageOf = async (issuer: TestIssuer, orderNo: string, quantity: number): Promise<string> => {
  const { pickupUrl } = (await issuer.placeVerified(orderNo, { quantity })).body;
  const codes = Array.from({ length: quantity }, (_, n) => ({ itemId: `${n}`, value: `${orderNo}-CODE-${n}` }));
  for (let n = 0; n < quantity; n += 200) {
    expect((await issuer.submit(orderNo, codes.slice(n, n + 200))).status).toBe(201);
  }
  await issuer.inState(orderNo, 'delivered');
  return pickupUrl;
};

test('who reveals orders of many codes without end waits for itself, and buyers of few and of others do not', async () => {
  const [busy, other] = [await file.issuer(), await file.issuer()];
  const many = await Promise.all(['m1', 'm2'].map((orderNo) => pageOf(busy, orderNo, 400)));
  const [few, others] = [await pageOf(busy, 'few', 1), await pageOf(other, 'others', 200)];
  const reveal = async (url: string) => {
    const { status, headers } = await revealItems(url);
    expect([status, headers.get('retry-after')]).toEqual([200, null]);
  };
  const beganMs = performance.now();
  let revealed = 0;
  // As many codes as are opened in five seconds, one of which is there at once.
  const all = Array.from({ length: 24 }, async (_, n) => {
    await reveal(many[n % many.length] ?? '');
    revealed += 1;
  });
  await reveal(few);
  await reveal(others);
  expect(revealed).toBeLessThan(24);
  await Promise.all(all);
  expect(performance.now() - beganMs).toBeGreaterThan(3_000);
});
