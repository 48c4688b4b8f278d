import { randomUUID } from 'node:crypto';
import { setImmediate as round } from 'node:timers/promises';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile({ worker: false });

const payment = {
  type: 'order.payment',
  orderNo: 'late-1',
  product: { id: 'coffee', name: 'Coffee' },
  amount: { value: 1_000, currency: 'EUR' },
};

/** As work does that has piled up: every round of the loop takes this long. */
const fallBehind = async (): Promise<void> => {
  for (let n = 0; n < 4; n += 1) {
    const untilMs = performance.now() + 1_000;
    while (performance.now() < untilMs) Math.sqrt(untilMs);
    await round();
    await round();
  }
};

test('a process that is far behind refuses at once and writes nothing; probes are answered, and the repeat is taken', async () => {
  const issuer = await file.issuer();
  const webhookId = randomUUID();
  const post = () => issuer.post('/orders', payment, { webhookId });

  await fallBehind();
  const [refused, read, health] = await Promise.all([
    post(),
    issuer.get('/orders'),
    fetch(`${file.platform.baseUrl}/healthz`),
  ]);
  expectProblem(refused, 503, 'unavailable');
  expect(refused.headers.get('retry-after')).toBe('2');
  expectProblem(read, 503, 'unavailable');
  expect(health.status).toBe(200);

  let answer = await post();
  for (let tries = 1; answer.status === 503 && tries < 10_000; tries += 1) answer = await post();
  expect(answer.status).toBe(201);
  expect(answer.headers.get('idempotency-replayed')).toBeNull();
});
