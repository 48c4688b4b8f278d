import { mergedCircuits, mergedThrottled } from '../../src/operator/platform-health';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile({ sandboxAllow: ['127.0.0.1/32'] });
const operator = (path: string) => file.platform.operator('GET', path);

const untilFailedOnce = ({ issuerId }: TestIssuer) =>
  until('the circuit that failed once is reported', async () => {
    const { circuits } = (await operator(`/issuers/${issuerId}/calls`)).body;
    return circuits.some(({ key, failures }: { key: string; failures: number }) => key === issuerId && failures === 1);
  });

test('queues are counted by the engine, workers report themselves, and a stopped worker is gone', async () => {
  const { body } = await until('a worker has reported, and the engine has seen it ask for work', async () => {
    const answer = await operator('/health');
    return answer.body.workers.length === 1 && answer.body.queues[0].pollers >= 1 && answer;
  });
  const { taskQueue, callsOutQueue } = file.platform;
  expect(body.queues).toEqual(
    [
      [taskQueue, 'workflows'],
      [taskQueue, 'activities'],
      [callsOutQueue, 'activities'],
    ].map(([name, kind]) => ({
      name,
      kind,
      pollers: expect.any(Number),
      backlog: expect.any(Number),
      oldestSeconds: expect.any(Number),
      addedPerSecond: expect.any(Number),
      takenPerSecond: expect.any(Number),
    })),
  );
  expect([body.circuits, body.throttled]).toEqual([[], []]);

  await file.platform.stopWorkers();
  const issuer = await file.issuer();
  await issuer.place('waits-for-a-worker');
  const stopped = await until('the worker is gone, and its work waits', async () => {
    const answer = await operator('/health');
    return answer.body.workers.length === 0 && answer.body.queues[0].backlog > 0 && answer;
  });
  expect(stopped.body.queues[0].backlog).toBe(1);
  expect(Date.now() - Date.parse(stopped.body.lastWorkerAt)).toBeLessThan(60_000);
  const { body: reason } = await operator(`/orders/${issuer.issuerId}/waits-for-a-worker/why`);
  expect(reason.why).toContain(`none has reported since ${stopped.body.lastWorkerAt}`);
  expect(reason.next).toMatchObject({ action: 'see_workers' });
  await file.platform.startWorkers();
  await issuer.message('order.paid', 'waits-for-a-worker');
  await until('the worker is seen, and nothing is said of the one before', async () => {
    const answer = await operator('/health');
    return answer.body.workers.length === 1 && !('lastWorkerAt' in answer.body);
  });
});

test('the calls of an issuer: each try with its outcome, newest first, and never a code or an address', async () => {
  const issuer = await file.issuer({ noticeDelaysSeconds: [1] });
  let n = 0;
  issuer.on('order.paid', async () => {
    n += 1;
    return { status: n === 1 ? 500 : 204 };
  });
  await issuer.place('twice');
  await issuer.message('order.paid', 'twice', 2);
  await issuer.verify('twice', { amount: { value: 1, currency: 'EUR' } });
  await issuer.verify('twice');
  await issuer.submit('twice', [{ itemId: '1', value: 'NEVER-IN-CALLS' }]);
  await issuer.message('order.delivered', 'twice');
  const path = `/issuers/${issuer.issuerId}/calls`;
  const { body } = await until('all of them are written down', async () => {
    const answer = await operator(path);
    return answer.body.data.some(({ kind }: { kind: string }) => kind === 'order.delivered') && answer;
  });
  const seen = body.data.map((call: { kind: string; ok: boolean }) => `${call.kind} ${call.ok}`);
  expect([...seen].reverse()).toEqual([
    'order.payment true',
    'order.paid false',
    'order.paid true',
    'order.verification false',
    'order.verification true',
    'order.codes true',
    'order.delivered true',
  ]);
  expect(body.summary).toMatchObject({ calls: 3, failed: 1, took: { count: 3 }, lastOk: expect.any(String) });
  const [failed] = (await operator(`${path}?failed=true&limit=1`)).body.data;
  expect(failed).toMatchObject({ orderNo: 'twice', problem: 'amount_mismatch', direction: 'from_issuer' });
  expect(JSON.stringify(body)).not.toMatch(/NEVER-IN-CALLS|127\.0\.0\.1|http:/);
  await untilFailedOnce(issuer);
  expectProblem(await operator('/issuers/nobody/calls'), 404, 'issuer_unknown');
  expectProblem(await operator(`${path}?failed=maybe`), 422, 'body_invalid', '/failed');
});

test('whom a test issuer has called is seen at its own calls, and not beside those that sell', async () => {
  const [live, tried] = [await file.issuer({ noticeDelaysSeconds: [1] }), await file.sandboxIssuer()];
  for (const issuer of [live, tried]) {
    issuer.on('order.paid', async () => ({ status: issuer.received.length === 1 ? 500 : 204 }));
    await issuer.place('fails');
    await issuer.message('order.paid', 'fails');
  }
  await untilFailedOnce(tried);
  await untilFailedOnce(live);
  const keys = (await operator('/health')).body.circuits.map(({ key }: { key: string }) => key);
  expect(keys).toContain(live.issuerId);
  expect(keys).not.toContain(tried.issuerId);
});

test('circuits of several workers are one line: the worst state, and how many see it', () => {
  const of = (state: 'open' | 'half_open' | 'closed', failures: number) => ({
    circuits: [{ key: 'acme', state, calls: 10, failures }],
  });
  const quiet = { circuits: [{ key: 'quiet', state: 'closed' as const, calls: 5, failures: 1 }] };
  expect(mergedCircuits([of('closed', 1), quiet, of('open', 9), of('open', 8), of('half_open', 7)])).toEqual([
    { key: 'acme', state: 'open', calls: 40, failures: 25, workers: 2 },
    { key: 'quiet', state: 'closed', calls: 5, failures: 1, workers: 1 },
  ]);
});

test('tries that several workers put off are added up, also beside a worker of a former version', () => {
  const of = (key: string, count: number) => ({ throttled: [{ key, count }] });
  expect(mergedThrottled([of('acme', 2), {}, of('other', 4), of('acme', 3)])).toEqual([
    { key: 'acme', count: 5 },
    { key: 'other', count: 4 },
  ]);
});
