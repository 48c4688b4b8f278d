import { createPublicKey, verify } from 'node:crypto';
import { createIssuer } from '../../packages/issuer/src';
import { createRuns } from '../../src/api/conformance/runs';
import { exitCodes } from '../../src/cli/exit';
import { conformAtPlatform } from '../../src/cli/issuer/conform-at-platform';
import { places } from '../../src/sealing/places';
import type { OrderGateway } from '../../src/temporal/order-gateway';
import { type Fault, startIssuerUnderTest } from '../support/issuer-under-test';
import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile({ sandboxAllow: ['127.0.0.0/8'] });
const waits = 90_000;

/** A registered issuer whose server is one of the conformance tests. */
const underTest = async (codeMode: 'request' | 'push', faultIn?: (scenario: string) => Fault | undefined) => {
  const issuer = await file.issuer({ codeMode });
  const { issuerId, secret } = issuer;
  const server = await startIssuerUnderTest({
    ...{ issuerId, secret, codeMode, platformUrl: () => file.platform.baseUrl },
    ...(faultIn ? { faultIn } : {}),
  });
  await file.platform.operator('PATCH', `/issuers/${issuerId}`, { callback: { kind: 'url', url: server.url } });
  const ended = (runId: string): Promise<Answer> =>
    until(
      'the end of the run',
      async () => {
        const run = await issuer.get(`/conformance/${runId}`);
        return run.status === 200 && run.body.state !== 'running' && run;
      },
      waits,
    );
  return { issuer, server, ended };
};

test(
  'an issuer that is held goes live by a whole run without a failure, and has its report signed',
  async () => {
    const { operator: call } = file.platform;
    await call('PUT', '/settings', { goLive: 'conformance' });
    const { issuer, server, ended } = await underTest('request');
    const path = `/issuers/${issuer.issuerId}`;
    try {
      // A part of them lets nobody go live.
      const part = await call('POST', `${path}/conformance`, { only: ['paid-verified'] });
      const { state, only, scenarios } = part.body;
      expect([part.status, state, only, scenarios]).toEqual([202, 'running', ['paid-verified'], 1]);
      expectProblem(await issuer.post('/conformance', { type: 'issuer.conformance' }), 409, 'in_progress');
      expect((await ended(part.body.runId)).body).toMatchObject({ state: 'passed', counts: { passed: 1, failed: 0 } });
      expect((await call('GET', path)).body.state).toBe('not_live');

      const begun = await issuer.post('/conformance', { type: 'issuer.conformance' }, { webhookId: 'the-run' });
      expect(begun.status).toBe(202);
      const { body: run } = await ended(begun.body.runId);
      expect(run.results.filter(({ outcome }: { outcome: string }) => outcome === 'failed')).toEqual([]);
      expect([run.state, run.counts.passed > 40]).toEqual(['passed', true]);
      expect([begun.body.scenarios, run.scenarios]).toEqual([run.results.length, run.results.length]);
      await until('it is live', async () => (await call('GET', path)).body.state === 'active');
      const { data } = (await call('GET', `/audit?target=${issuer.issuerId}&action=issuer.went_live`)).body;
      expect(data).toMatchObject([{ actor: '(conformance)', after: { runId: run.runId } }]);
      const again = await issuer.post('/conformance', { type: 'issuer.conformance' }, { webhookId: 'the-run' });
      expect([again.status, again.body.runId]).toEqual([202, run.runId]);

      const { statement, keyId, id, timestamp, signature } = run.report;
      const { keys } = await (await fetch(`${file.platform.baseUrl}/v1/keys`)).json();
      const { publicKey } = keys.find((key: { id: string }) => key.id === keyId);
      const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      const isSigned = (text: string) =>
        verify(
          null,
          Buffer.from(`${id}.${timestamp}.${text}`),
          key,
          Buffer.from(signature.slice('v1a,'.length), 'base64'),
        );
      expect([isSigned(statement), isSigned(`${statement} `)]).toEqual([true, false]);
      expect(JSON.parse(statement)).toMatchObject({
        subject: [{ name: issuer.issuerId }],
        predicate: { result: 'PASSED', failedTests: [], passedTests: expect.arrayContaining(['signature-old']) },
      });

      // Nothing of it is an order, a statement's line or a message of the platform's.
      expect((await issuer.get('/orders')).body.data).toEqual([]);
      expect((await call('GET', `${path}/conformance`)).body.data.map((one: { runId: string }) => one.runId)).toEqual([
        run.runId,
        part.body.runId,
      ]);
      expect(JSON.stringify(run)).not.toMatch(/v1,|whsec_/);
    } finally {
      await call('PUT', '/settings', { goLive: 'open' });
      await server.stop();
    }
  },
  waits,
);

/** Of its runs, opened. */
const ordersOf = async (issuerId: string): Promise<string[]> => {
  const { database, ring } = file.platform.core;
  const rows = await database.conformanceOrders.find({ _id: { $regex: `^${issuerId}/` } }).toArray();
  return rows.map(({ _id, sealed }) => ring.open(sealed, places.conformanceOrder(_id)).toString());
};

/** A registered issuer that fetches, and the end of a run of it. */
const fetchingUnderTest = async (make: 'issuer' | 'sandboxIssuer' = 'issuer') => {
  const issuer = await file[make]({ callback: { kind: 'pull' }, codeMode: 'request' });
  const ended = (runId: string): Promise<Answer> =>
    until(
      'the end of the run',
      async () => {
        const run = await issuer.get(`/conformance/${runId}`);
        return run.status === 200 && run.body.state !== 'running' && run;
      },
      2 * waits,
    );
  return { issuer, ended };
};

test(
  'an issuer that fetches, made with the package, goes live by a whole run',
  async () => {
    const { operator: call, baseUrl, core } = file.platform;
    await call('PUT', '/settings', { goLive: 'conformance' });
    const { issuer, ended } = await fetchingUnderTest();
    const { issuerId, secret } = issuer;
    const stopping = new AbortController();
    const made = createIssuer({
      ...{ baseUrl, issuerId, secret, onError: () => undefined },
      issue: ({ orderNo, missing }) => Array.from({ length: missing }, (_, n) => `${orderNo}-${missing}-${n}`),
      onVoidRequested: () => ({ status: 'destroyed' }),
    });
    const pulling = made.pull(stopping.signal);
    try {
      const begun = await issuer.post('/conformance', { type: 'issuer.conformance' });
      const { body: run } = await ended(begun.body.runId);
      expect(run.results.filter(({ outcome }: { outcome: string }) => outcome === 'failed')).toEqual([]);
      const why = Object.fromEntries(run.results.map((one: { name: string; why?: string }) => [one.name, one.why]));
      expect([run.state, why['signature-old'], why['paid-verified']]).toEqual([
        'passed',
        expect.stringContaining('no signature'),
        undefined,
      ]);
      expect(JSON.parse(run.report.statement).predicate.passedTests).toContain('fetch-unavailable');
      await until('it is live', async () => (await call('GET', `/issuers/${issuerId}`)).body.state === 'active');
      // Nothing of it is an order, a statement's line, a failure or a message of the platform's.
      const day = new Date().toISOString().slice(0, 10);
      const lists = await Promise.all(['/orders', '/failures', '/events'].map((path) => issuer.get(path)));
      expect(lists.map(({ body }) => body.data)).toEqual([[], [], []]);
      expect(JSON.stringify((await issuer.get(`/statements/${day}`)).body)).not.toContain('conform-');
      expect(await core.database.orders.countDocuments({ issuerId })).toBe(0);
      expect(JSON.stringify([run, await ordersOf(issuerId)])).not.toMatch(/-\d+-[01]\\?"/);
      const { acknowledged, problems } = await made.api.acknowledgeMessages([
        { id: 'cf_conform_of_a_run_that_is_over' },
      ]);
      expect([acknowledged, problems[0]?.code]).toEqual([0, 'message_unknown']);
    } finally {
      await call('PUT', '/settings', { goLive: 'open' });
      stopping.abort();
      made.stop();
      await pulling;
    }
  },
  3 * waits,
);

test(
  'the requests of a test issuer that is played are not those five a second',
  async () => {
    const { issuer, ended } = await fetchingUnderTest('sandboxIssuer');
    const { issuerId, secret } = issuer;
    const server = await startIssuerUnderTest({
      ...{ issuerId, secret, codeMode: 'request', fetches: true, platformUrl: () => file.platform.baseUrl },
    });
    try {
      const only = ['many-at-once'];
      const begun = await issuer.post('/conformance', { type: 'issuer.conformance', only });
      const { body: run } = await ended(begun.body.runId);
      expect([run.state, run.counts.passed]).toEqual(['passed', 1]);
    } finally {
      await server.stop();
    }
  },
  waits,
);

test(
  'an issuer that fetches and acknowledges with wrong codes stays held',
  async () => {
    const { operator: call, baseUrl } = file.platform;
    await call('PUT', '/settings', { goLive: 'conformance' });
    const { issuer, ended } = await fetchingUnderTest();
    const { issuerId, secret } = issuer;
    const server = await startIssuerUnderTest({
      ...{ issuerId, secret, codeMode: 'request', fetches: true, platformUrl: () => baseUrl },
      faultIn: () => 'too-many-codes',
    });
    try {
      const only = ['paid-verified', 'codes-one', 'signature-old', 'codes-after-verification'];
      const begun = await call('POST', `/issuers/${issuerId}/conformance`, { only });
      const { body: run } = await ended(begun.body.runId);
      expect(run).toMatchObject({ state: 'failed', counts: { passed: 1, failed: 1, skipped: 2, hints: 0 } });
      const kept = await ordersOf(issuerId);
      expect(kept.length).toBe(2);
      expect(JSON.stringify([run, kept])).not.toContain('CODE-');
      expect((await issuer.get('/self')).body.state).toBe('not_live');
    } finally {
      await call('PUT', '/settings', { goLive: 'open' });
      await server.stop();
    }
  },
  waits,
);

test(
  'a wrong issuer fails where it is wrong, is told how to fix it, and stays held',
  async () => {
    const { operator: call } = file.platform;
    await call('PUT', '/settings', { goLive: 'conformance' });
    const { issuer, server, ended } = await underTest('push', () => 'no-time-check');
    try {
      const only = ['paid-verified', 'signature-old', 'signature-other-secret', 'codes-three', 'request-again'];
      const begun = await issuer.post('/conformance', { type: 'issuer.conformance', only });
      const { body: run } = await ended(begun.body.runId);
      expect(run).toMatchObject({ state: 'failed', counts: { passed: 3, failed: 1, skipped: 1, hints: 0 } });
      const [failed] = run.results.filter(({ outcome }: { outcome: string }) => outcome === 'failed');
      expect(failed).toMatchObject({ name: 'signature-old', required: true, problem: expect.stringContaining('204') });
      expect(failed.fix).toContain('300 s');
      expect(failed.sent[0]).toContain('order.paid conform-');
      expect((await issuer.get('/self')).body.state).toBe('not_live');
    } finally {
      await call('PUT', '/settings', { goLive: 'open' });
      await server.stop();
    }
  },
  waits,
);

test(
  'the command has the platform play, and tells each scenario once',
  async () => {
    const { issuer, server } = await underTest('push', () => 'no-time-check');
    const { issuerId, secret } = issuer;
    const said: string[] = [];
    const conformed = () =>
      conformAtPlatform({
        ...{ credentials: { url: file.platform.baseUrl, issuerId, secret }, only: ['paid-verified', 'signature-old'] },
        ...{ json: false, out: (text) => said.push(text), err: () => undefined, signal: new AbortController().signal },
      }).catch((error: unknown) => error);
    try {
      expect(await conformed()).toMatchObject({ exitCode: exitCodes.refused, message: 'The run has failed.' });
      expect(said.filter((text) => text === 'ok   paid-verified')).toHaveLength(1);
      expect(said.filter((text) => text.startsWith('FAIL signature-old\n'))).toHaveLength(1);
      expect(said.at(-1)).toBe('1 passed, 1 failed, 0 hints, 0 not of this kind');
      await file.platform.operator('POST', `/issuers/${issuerId}/pause`);
      expect(String(await conformed())).toContain('Refused: issuer_paused (409)');
    } finally {
      await server.stop();
    }
  },
  waits,
);

test('a run tells an issuer no more of what there is inside of our network than its timeline does', async () => {
  const issuer = await file.issuer({ callback: { kind: 'url', url: 'https://localhost:9/' } });
  const begun = await issuer.post('/conformance', { type: 'issuer.conformance', only: ['signature-old'] });
  const { results } = await until('the end of the run', async () => {
    const { body } = await issuer.get(`/conformance/${begun.body.runId}`);
    return body.state !== 'running' && body;
  });
  expect(JSON.stringify(results)).toContain('no answer (unreachable)');
  expect(JSON.stringify(results)).not.toContain('refused)');
});

test('what cannot be played is refused', async () => {
  const { operator: call } = file.platform;
  const issuer = await file.issuer();
  const start = (body: object) => issuer.post('/conformance', { type: 'issuer.conformance', ...body });
  expectProblem(await start({ only: ['nothing-like-that'] }), 422, 'body_invalid', '/only/0');
  expectProblem(await issuer.get('/conformance/none'), 404, 'run_unknown');
  expectProblem(await call('GET', '/issuers/nobody/conformance'), 404, 'issuer_unknown');
  await call('POST', `/issuers/${issuer.issuerId}/pause`);
  expectProblem(await start({}), 409, 'issuer_paused');
  // An order that is named as those of a run are is an order all the same.
  const other = await file.issuer();
  expect((await other.place('conform-00000000-x')).status).toBe(201);
  expect((await other.order('conform-00000000-x')).body.orderNo).toBe('conform-00000000-x');
});

test('eight run at once, however many are begun at the same moment; what was lost or forged keeps nobody', async () => {
  const { conformance, dayCounts, database, issuers, orderDeps } = file.platform.core;
  const runs = createRuns({
    ...{ runs: conformance.runs, rowReader: orderDeps.rowReader, dayCounts, nowMs: orderDeps.nowMs },
    platformSettings: async () => ({}),
    // Nothing is played.
    gateway: { startConformance: async () => 'started' } as unknown as OrderGateway,
  });
  const names = await Promise.all(Array.from({ length: 12 }, async () => (await file.issuer()).issuerId));
  const begin = async (issuerId = '', runId = 'r') => {
    const issuer = await issuers.find(issuerId);
    if (!issuer) throw new Error('there is such an issuer');
    return runs.begin(issuer, { runId, by: 'x' }, (_deed, run) => run());
  };
  const forged = Array.from({ length: 8 }, (_, n) => ({
    ...{ _id: `forged/${n}`, issuerId: 'forged', runId: String(n), running: `forged-${n}`, at: new Date(), by: 'x' },
    ...{ codeMode: 'push' as const, state: 'running' as const, results: [], seal: Buffer.of(1) },
  }));
  await database.conformanceRuns.insertMany(forged);
  for (const name of names.slice(0, 7)) await begin(name);
  const begun = await Promise.allSettled(names.slice(7).map((name) => begin(name)));
  expect(begun.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
  const isOurs = { issuerId: { $in: names } };
  // Who was refused left none behind.
  const running = await database.conformanceRuns.countDocuments({ ...isOurs, running: { $exists: true } });
  expect(running).toBe(7 + begun.filter(({ status }) => status === 'fulfilled').length);
  await database.conformanceRuns.updateMany(isOurs, { $set: { at: new Date(0) } });
  expect((await begin(names[11], 'later')).state).toBe('running');
  await database.conformanceRuns.deleteMany({ issuerId: { $in: [...names, 'forged'] } });
});

test('while a call about a run cannot be answered, it is told so, and the api lives on', async () => {
  const issuer = await file.issuer();
  const { runs, orders } = file.platform.core.conformance;
  jest.spyOn(runs, 'runningOf').mockImplementation(async () => ({ prefix: 'conform-00000002' }));
  jest.spyOn(orders, 'find').mockRejectedValue(new Error('the database is away'));
  const path = `${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}/orders/conform-00000002-1`;
  expectProblem(await read(fetch(path)), 500, 'internal');
  expect((await fetch(`${file.platform.baseUrl}/healthz`)).status).toBe(200);
  jest.restoreAllMocks();
});

test('a caller who has gone while its run was looked up leaves no place taken', async () => {
  const issuer = await file.issuer();
  const { runs } = file.platform.core.conformance;
  const looked = jest.spyOn(runs, 'runningOf');
  const running = { prefix: 'conform-00000001' };
  const path = `${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}/orders/${running.prefix}-1`;
  const cutOff = () => file.platform.logText().match(/"isCutOff":true/g)?.length ?? 0;
  const before = cutOff();
  let asked = 0;
  const call = async () => {
    const caller = new AbortController();
    looked.mockImplementationOnce(async () => {
      asked += 1;
      caller.abort();
      await until('the api sees that they have gone', () => cutOff() >= before + asked);
      return running;
    });
    await expect(fetch(path, { signal: caller.signal })).rejects.toThrow(/abort/i);
  };
  // As many as one issuer has places.
  for (let n = 0; n < 24; n += 1) await call();
  await Promise.all(looked.mock.results.map(({ value }) => value));
  looked.mockImplementationOnce(async () => running);
  expect((await fetch(path)).status).toBe(401);
  looked.mockRestore();
});
