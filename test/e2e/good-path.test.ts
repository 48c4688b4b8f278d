import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { reveal } from '../support/reveal';

let platform: Platform;
let issuer: TestIssuer;

beforeAll(async () => {
  platform = await startPlatform();
  issuer = await startIssuer(platform);
});

afterAll(async () => {
  await issuer.stop();
  await platform.stop();
});

test('a paid order goes from payment request to the code on the pick-up page', async () => {
  const placed = await issuer.place('good-1');
  expect(placed.status).toBe(201);
  await issuer.message('order.paid', 'good-1');
  expect((await issuer.verify('good-1')).body).toMatchObject({ verdict: 'verified', orderNo: 'good-1' });
  const code = { itemId: 'a', value: 'COFFEE-4711' };
  expect(await issuer.submit('good-1', [code])).toMatchObject({ status: 201, body: { accepted: 1, outstanding: 0 } });
  await issuer.inState('good-1', 'delivered');
  const page = await reveal(placed.body.pickupUrl);
  expect(await page.text()).toContain('COFFEE-4711');
  expect((await issuer.message('order.delivered', 'good-1')).data).toMatchObject({ sequence: 1, itemIds: ['a'] });
});

test('an issuer that verifies and submits inside the handling of order.paid is answered at once', async () => {
  const answered = new Promise<number[]>((resolve) => {
    issuer.on('order.paid', async ({ data: { orderNo, token } }) => {
      const verified = await issuer.verify(orderNo, { token });
      const submitted = await issuer.submit(orderNo, [{ itemId: 'a', value: 'INSIDE' }], { token });
      resolve([verified.status, submitted.status]);
      return { status: 200 };
    });
  });
  await issuer.place('inside-1');
  expect(await answered).toEqual([200, 201]);
  await issuer.inState('inside-1', 'delivered');
});
