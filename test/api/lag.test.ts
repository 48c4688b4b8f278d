import { randomUUID } from 'node:crypto';
import { setImmediate as round } from 'node:timers/promises';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile({ worker: false });

const payment = {
  type: 'order.payment',
  orderNo: 'late-1',
  product: { id: 'coffee', name: 'Coffee' },
  amount: { value: 1_000, currency: 'EUR' },
};

/** As work does that has piled up: rounds of the loop that take 1.6 s each, until it is asked to end. */
const fallBehind = () => {
  let piledUp = true;
  let rounds = 0;
  const stall = async (): Promise<void> => {
    while (piledUp) {
      const untilMs = performance.now() + 1_600;
      while (performance.now() < untilMs) Math.sqrt(untilMs);
      rounds += 1;
      await round();
    }
  };
  const ended = stall();
  return {
    /** The mean has then passed a second: 1,550 ms · (1 - 0.8^8) = 1,290 ms. */
    far: async (): Promise<void> => {
      while (rounds < 8) await round();
    },
    end: (): Promise<void> => {
      piledUp = false;
      return ended;
    },
  };
};

test('a process that is far behind refuses at once and writes nothing; probes are answered, and the repeat is taken', async () => {
  const issuer = await file.issuer();
  const webhookId = randomUUID();
  const post = () => issuer.post('/orders', payment, { webhookId });

  const pile = fallBehind();
  await pile.far();
  const [refused, read, health] = await Promise.all([
    post(),
    issuer.get('/orders'),
    fetch(`${file.platform.baseUrl}/healthz`),
  ]);
  await pile.end();
  expectProblem(refused, 503, 'unavailable');
  expect(refused.headers.get('retry-after')).toBe('2');
  expectProblem(read, 503, 'unavailable');
  expect(health.status).toBe(200);

  const answer = await until('it is taken', async () => {
    const again = await post();
    return again.status === 503 ? undefined : again;
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('idempotency-replayed')).toBeNull();
});
