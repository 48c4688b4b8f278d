import { amount } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();

const body = (type: string, orderNo: string, fields: object) => ({ type, orderNo, ...fields });

test('while no worker answers: orders are taken, verdicts are 503, the rest is 202 and durable until it is judged', async () => {
  const issuer = await file.issuer();
  for (const orderNo of ['codes', 'refusal', 'cancellation']) await issuer.placeVerified(orderNo);
  await issuer.place('verification');
  await issuer.message('order.paid', 'verification');
  const token = (orderNo: string) => issuer.tokenOf(orderNo);
  const send = (name: string, fields: object, orderNo = name) =>
    issuer.post(`/orders/${orderNo}/${name}`, body(`order.${name}`, orderNo, fields), { webhookId: `away-${name}` });
  const verify = () => send('verification', { token: token('verification'), quantity: 1, amount });
  const later = {
    codes: () => send('codes', { token: token('codes'), codes: [{ itemId: 'a', value: 'AWAY-1' }] }),
    refusal: () => send('refusal', { token: token('refusal'), reason: 'other' }),
    cancellation: () => send('cancellation', { reason: 'no' }),
  };

  await file.platform.stopWorkers();
  const [placed, verified, ...queued] = await Promise.all([
    issuer.place('placed-away'),
    verify(),
    later.codes(),
    later.refusal(),
    later.cancellation(),
  ]);
  expect(placed).toMatchObject({ status: 201, body: { state: 'accepted' } });
  expectProblem(verified, 503, 'unavailable');
  for (const answer of queued) {
    expect(answer).toMatchObject({ status: 202, body: { status: 'queued' } });
    expect(Object.keys(answer.body)).toEqual(['status']);
    expect(answer.headers.get('retry-after')).toMatch(/^[0-9]+$/);
  }
  expect((await issuer.order('placed-away')).status).toBe(200);

  await file.platform.startWorkers();
  // The same requests again, under their own ids: a 202 is nothing to be repeated.
  const judged = (send: () => Promise<Answer>): Promise<Answer> =>
    until('the judgement', async () => {
      const answer = await send();
      return answer.status !== 202 && answer.status !== 503 && answer;
    });
  expect(await judged(verify)).toMatchObject({ status: 200, body: { verdict: 'verified' } });
  const codes = await judged(later.codes);
  expect([200, 201]).toContain(codes.status);
  expect(codes.body).toEqual({ accepted: 1, outstanding: 0 });
  expect(await judged(later.refusal)).toMatchObject({ status: 200, body: { state: 'refused' } });
  expect(await judged(later.cancellation)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  await issuer.inState('codes', 'delivered');
  await issuer.message('order.paid', 'placed-away');
});
