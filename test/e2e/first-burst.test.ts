import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile();

test('60 payments at once on a platform that just started: 60 times 201, and each order is told to its issuer', async () => {
  const issuer = await file.issuer();
  // It verifies each order at once, so that the engine has its questions beside the starts.
  issuer.on('order.paid', async ({ data }) => {
    void issuer.verify(data.orderNo, { token: data.token }).catch(() => undefined);
    return { status: 204 };
  });
  const orderNos = Array.from({ length: 60 }, (_, n) => `first-${n}`);
  const answers = await Promise.all(orderNos.map((orderNo) => issuer.place(orderNo)));
  expect(answers.map(({ status }) => status)).toEqual(orderNos.map(() => 201));
  for (const orderNo of orderNos) await issuer.inState(orderNo, 'verified');
}, 120_000);
