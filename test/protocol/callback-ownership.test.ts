import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dayMs } from '../../src/domain/timings';
import { startDnsServer, type TestDns } from '../support/dns-server';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const dnsServers: string[] = [];
let dns: TestDns;
let host: Server;
/** Of every name that the tests give to it: what it was asked, by method and place. */
const seen: string[] = [];
let answerFile: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  dns = await startDnsServer();
  dnsServers.push(dns.address);
  host = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host}${request.url}`);
    if (request.method === 'GET') answerFile(request, response);
    else response.writeHead(204).end();
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
});
afterAll(async () => {
  host.closeAllConnections();
  host.close();
  await dns.stop();
});

const file = platformOfFile({
  dnsServers,
  sandboxAllow: ['127.0.0.0/8'],
  resolve: async (name) => [{ address: name.startsWith('inside') ? '10.0.0.5' : '127.0.0.1', family: 4 }],
});

const notFound = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(404).end();
};
beforeEach(() => {
  answerFile = notFound;
});

/** A host of its own for each test, all on one server. */
const aHost = (name = `h${randomUUID().slice(0, 8)}.test`) => {
  const authority = `${name}:${(host.address() as AddressInfo).port}`;
  const url = `http://${authority}/callback`;
  return {
    ...{ name, authority, url, callback: { kind: 'url', url } as const },
    calls: () => seen.filter((one) => one.startsWith(`POST ${authority}`)).length,
  };
};

const settings = (body: object) => file.platform.operator('PUT', '/settings', body);
const change = (issuer: TestIssuer, callback: object) =>
  issuer.post('/settings', { type: 'issuer.settings', callback });
const proof = async (issuer: TestIssuer, url?: string) =>
  (await issuer.get(`/callback-proof${url === undefined ? '' : `?url=${encodeURIComponent(url)}`}`)).body;

/** Asks for a look, as if none was asked for a moment ago, and waits for its end. */
const look = async (issuer: TestIssuer, url?: string): Promise<Answer['body']> => {
  await file.platform.core.database.issuers.updateOne({ _id: issuer.issuerId }, { $unset: { hostCheck: 1 } });
  const body = { type: 'callback.proof', ...(url === undefined ? {} : { url }) };
  expect((await issuer.post('/callback-proof', body)).status).toBe(202);
  return until('the end of the look', async () => {
    const seen = await proof(issuer, url);
    return seen.check?.checkedAt !== undefined && seen;
  });
};

describe('off', () => {
  test('any callback is called, and a proof can be given before it is needed', async () => {
    const issuer = await file.issuer();
    const theirs = aHost();
    expect((await change(issuer, theirs.callback)).status).toBe(200);
    expect((await issuer.get('/self')).body.state).toBe('active');
    expect((await issuer.place('off-1')).status).toBe(201);
    await until('the notice', () => theirs.calls() > 0);
    const before = await proof(issuer);
    expect(before).toMatchObject({ host: theirs.authority, required: false });
    expect(before.proved).toBeUndefined();
    dns.set(`_codeferry.${theirs.name}`, before.dns.txt);
    expect((await look(issuer)).proved.by).toBe('dns');
  });

  test('it is not switched on while it would end the calls to somebody, and nobody unproved is resumed', async () => {
    const [called, paused] = [await file.issuer(), await file.issuer()];
    const of = (issuer: TestIssuer, call: string) =>
      file.platform.operator('POST', `/issuers/${issuer.issuerId}/${call}`);
    await of(paused, 'pause');
    const refused = await settings({ callbackOwnership: 'required' });
    expectProblem(refused, 409, 'callback_not_proved', '/callbackOwnership');
    expect(refused.body.errors[0].message).toContain(called.issuerId);
    expect(refused.body.errors[0].message).not.toContain(paused.issuerId);
    expect((await file.platform.operator('GET', '/settings')).body.settings).toEqual({});
    expect((await called.place('still-1')).status).toBe(201);
    await called.message('order.paid', 'still-1');

    await of(called, 'pause');
    expect((await settings({ callbackOwnership: 'required' })).body.settings).toEqual({
      callbackOwnership: 'required',
    });
    expectProblem(await of(paused, 'resume'), 409, 'callback_not_proved');
    expect((await paused.get('/self')).body.state).toBe('paused');
    // It is on already: other settings change as before.
    expect((await settings({ callbackOwnership: 'required', verifyWindowSeconds: 900 })).status).toBe(200);
    expect((await settings({})).status).toBe(200);
    expect((await of(paused, 'resume')).body.state).toBe('active');
    expect((await of(paused, 'pause')).body.state).toBe('paused');
  });

  test('whoever is at an unproved host when it is switched on is called no more, and /why says so', async () => {
    const issuer = await file.issuer({ noticeDelaysSeconds: [1] });
    issuer.on('order.paid', async () => ({ status: 500 }));
    await issuer.place('race-1');
    await issuer.message('order.paid', 'race-1');
    // In the moment between the look at all issuers and the writing of the setting.
    await file.platform.core.orderDeps.settings.replacePlatform({ callbackOwnership: 'required' });
    const path = `/orders/${issuer.issuerId}/race-1`;
    const problems = async () => {
      const { data } = (await file.platform.operator('GET', `${path}/timeline`)).body;
      return data.filter(({ detail }: Answer['body']) => detail.problem === 'not_proved').length;
    };
    await until('a call that is not made', async () => (await problems()) > 0);
    const calls = issuer.received.length;
    const before = await problems();
    await until('more that are not made', async () => (await problems()) > before + 1);
    expect(issuer.received.length).toBe(calls);
    expect((await file.platform.operator('GET', `${path}/why`)).body.why).toContain(
      'was not called, as its host is not proved to be its own',
    );
    await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  });
});

describe('required', () => {
  beforeAll(async () => {
    await file.platform.core.orderDeps.settings.replacePlatform({ callbackOwnership: 'required' });
    // Workers follow within two seconds.
    const unproved = await file.issuer();
    await until('a worker that follows', async () => {
      await unproved.post('/echo', {});
      const { state } = await until('the end of the echo', async () => {
        const outcome = (await unproved.get('/echo/outcome')).body;
        return outcome.state !== 'sent' && outcome;
      });
      return state === 'failed';
    });
  });

  test('a new issuer sells nothing and is not called, until a file shows whose its host is', async () => {
    const issuer = await file.issuer();
    const path = `/issuers/${issuer.issuerId}`;
    expect((await file.platform.operator('GET', path)).body.state).toBe('not_proved');
    expectProblem(await issuer.place('new-1'), 409, 'callback_not_proved');
    expectProblem(await issuer.post('/conformance', { type: 'issuer.conformance' }), 409, 'callback_not_proved');
    await issuer.post('/echo', { hello: 'world' });
    await until('the echo that is not sent', async () => (await issuer.get('/echo/outcome')).body.state === 'failed');
    expect((await issuer.get('/echo/outcome')).body.problem).toBe('not_proved');
    expect(issuer.received).toEqual([]);

    const asked = await proof(issuer);
    expect(asked.required).toBe(true);
    // An address without a name has no records.
    expect(asked.dns).toBeUndefined();
    expect(new URL(asked.file.url).pathname).toBe('/.well-known/codeferry-verification.txt');
    expect((await look(issuer)).check.file).toBe('status_404');
    issuer.files.set('/.well-known/codeferry-verification.txt', `${asked.file.content}\n`);
    const proved = await look(issuer);
    expect(proved.proved.by).toBe('file');
    expect((await file.platform.operator('GET', path)).body.state).toBe('active');
    expect((await issuer.place('new-1')).status).toBe(201);
    await issuer.message('order.paid', 'new-1');
    const { data } = (await file.platform.operator('GET', `/audit?target=${issuer.issuerId}&action=issuer.host_proved`))
      .body;
    expect(data[0]).toMatchObject({ actor: '(host check)', phase: 'done', after: { by: 'file' } });
    // The path at a host that is proved is its issuer's own business.
    const elsewhere = issuer.received.length;
    expect((await change(issuer, { kind: 'url', url: asked.file.url })).status).toBe(200);
    await issuer.post('/echo', { hello: 'again' });
    await until('the echo', () => issuer.received.length > elsewhere);
  });

  /** One that sells. */
  const seller = async (): Promise<TestIssuer> => {
    const issuer = await file.issuer();
    issuer.files.set('/.well-known/codeferry-verification.txt', (await proof(issuer)).file.content);
    expect((await look(issuer)).proved.by).toBe('file');
    return issuer;
  };

  test('a callback changes to a host once a record there has the token of this issuer and this host', async () => {
    const [issuer, other] = [await seller(), await file.issuer()];
    const [mine, sibling] = [aHost(), aHost()];
    const place = `_codeferry.${mine.name}`;
    const { dns: way } = await proof(issuer, mine.url);
    expect(way.name).toBe(place);
    const wrong = [
      (await proof(other, mine.url)).dns.txt,
      (await proof(issuer, sibling.url)).dns.txt,
      way.txt.slice(0, -1),
      `${way.txt} `,
      (await proof(issuer, mine.url)).file.content,
    ];
    expect(new Set([...wrong, way.txt]).size).toBe(wrong.length + 1);
    const refused = await change(issuer, mine.callback);
    expectProblem(refused, 409, 'callback_not_proved', '/callback/url');
    expect(refused.body).toMatchObject({ retryable: true });
    expectProblem(
      await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, { callback: mine.callback }),
      ...([409, 'callback_not_proved', '/callback/url'] as const),
    );
    expect((await look(issuer, mine.url)).check).toMatchObject({ dns: 'name_unresolved', file: 'status_404' });
    dns.set(place, ...wrong);
    const looked = await look(issuer, mine.url);
    expect([looked.check.dns, looked.proved]).toEqual(['wrong', undefined]);
    expectProblem(await change(issuer, mine.callback), 409, 'callback_not_proved', '/callback/url');
    expect((await issuer.get('/self')).body.callback.url).not.toBe(mine.url);

    dns.set(place, 'v=spf1 -all', way.txt);
    expect((await look(issuer, mine.url)).proved.by).toBe('dns');
    expect(mine.calls()).toBe(0);
    expectProblem(await change(issuer, sibling.callback), 409, 'callback_not_proved', '/callback/url');
    expectProblem(await change(other, mine.callback), 409, 'callback_not_proved', '/callback/url');
    expect((await change(issuer, mine.callback)).status).toBe(200);
    expect((await issuer.place('moved-1')).status).toBe(201);
    await until('the notice at the new host', () => mine.calls() > 0);
    expect(sibling.calls()).toBe(0);
    expect(dns.asked).toContain(place);
  });

  test('a host that may have changed hands since its proof is proved anew before a callback changes to it', async () => {
    const issuer = await seller();
    const [theirs, called] = [aHost(), aHost()];
    const provedDaysAgo = (host: string, days: number) =>
      file.platform.core.issuers.prove(issuer.issuerId, { host, by: 'dns', at: new Date(Date.now() - days * dayMs) });
    await provedDaysAgo(called.authority, 29);
    expect((await change(issuer, called.callback)).status).toBe(200);
    await provedDaysAgo(called.authority, 31);
    await provedDaysAgo(theirs.authority, 31);
    // Who sells goes on, at any path of the host that is called.
    expect((await change(issuer, { kind: 'url', url: `${called.url}/2` })).status).toBe(200);
    expect((await issuer.place('on-1')).status).toBe(201);
    await until('the notice', () => called.calls() > 0);
    expectProblem(await change(issuer, theirs.callback), 409, 'callback_not_proved', '/callback/url');
    dns.set(`_codeferry.${theirs.name}`, (await proof(issuer, theirs.url)).dns.txt);
    await look(issuer, theirs.url);
    expect((await change(issuer, theirs.callback)).status).toBe(200);
  });

  test('a port of the host has a file of its own', async () => {
    const issuer = await seller();
    const { name, url, authority } = aHost();
    const { content } = (await proof(issuer, url)).file;
    answerFile = (_request, response) => response.end(content);
    expect((await look(issuer, url)).proved.by).toBe('file');
    expect(seen).toContain(`GET ${authority}/.well-known/codeferry-verification.txt`);
    const otherPort = { kind: 'url', url: `http://${name}:9/callback` };
    expectProblem(await change(issuer, otherPort), 409, 'callback_not_proved', '/callback/url');
  });

  test.each<[string, string, (content: string, response: ServerResponse) => void]>([
    ['another text', 'wrong', (_content, response) => response.end('hello')],
    ['the token within a text', 'wrong', (content, response) => response.end(`it is ${content}`)],
    ['a redirect', 'status_302', (_content, response) => response.writeHead(302, { location: '/right' }).end()],
    ['a file that is too long', 'answer_too_large', (content, response) => response.end(content.padEnd(1_100))],
    ['an error page', 'status_403', (content, response) => response.writeHead(403).end(content)],
    ['no body', 'status_204', (_content, response) => response.writeHead(204).end()],
  ])('%s proves nothing', async (_what, told, answer) => {
    const issuer = await seller();
    const { url, callback, calls } = aHost();
    const { content } = (await proof(issuer, url)).file;
    answerFile = (request, response) => {
      if (request.url === '/right') response.end(content);
      else answer(content, response);
    };
    const { check, proved } = await look(issuer, url);
    expect([check.file, proved]).toEqual([told, undefined]);
    expectProblem(await change(issuer, callback), 409, 'callback_not_proved', '/callback/url');
    expect(seen.filter((one) => one.endsWith('/right'))).toEqual([]);
    expect(calls()).toBe(0);
  });

  test('the token of another issuer proves nothing', async () => {
    const [issuer, other] = [await seller(), await file.issuer()];
    const { url } = aHost();
    const { content } = (await proof(other, url)).file;
    answerFile = (_request, response) => response.end(content);
    const { check, proved } = await look(issuer, url);
    expect([check.file, proved]).toEqual(['wrong', undefined]);
  });

  test('no look goes to an address that may not be called, or shows anything of its issuer', async () => {
    const issuer = await seller();
    const at = (url: string) => issuer.post('/callback-proof', { type: 'callback.proof', url });
    expectProblem(await at('https://10.0.0.5/'), 422, 'body_invalid', '/url');
    expectProblem(await at('http://inside.test/'), 422, 'body_invalid', '/url');
    expectProblem(await at('nonsense'), 422, 'body_invalid', '/url');
    expectProblem(await issuer.get('/callback-proof?url=nonsense'), 422, 'body_invalid', '/url');
    const inside = await look(issuer, 'https://inside.test/callback');
    // Whether there is such a name inside is for operators alone.
    expect([inside.check.file, inside.proved]).toEqual(['unreachable', undefined]);
    const proofPath = `/issuers/${issuer.issuerId}/callback-proof?url=https%3A%2F%2Finside.test%2Fcallback`;
    expect((await file.platform.operator('GET', proofPath)).body.check.file).toBe('address_forbidden');

    const secret = 'a-secret-of-its-server';
    await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, { callHeaders: { 'x-key': secret } });
    let headers: IncomingMessage['headers'] = {};
    answerFile = (request, response) => {
      headers = request.headers;
      notFound(request, response);
    };
    await look(issuer, aHost().url);
    expect(Object.keys(headers).filter((name) => name.startsWith('webhook-') || name === 'x-key')).toEqual([]);
    expect(JSON.stringify(headers)).not.toContain(secret);
  });

  test('of one issuer a look is begun in five seconds, by whomever it is asked for', async () => {
    const issuer = await file.issuer();
    const path = `/issuers/${issuer.issuerId}/callback-proof`;
    const first = await file.platform.operator('POST', path, {});
    expect([first.status, typeof first.body.check.askedAt]).toEqual([202, 'string']);
    const again = await issuer.post('/callback-proof', { type: 'callback.proof' });
    expectProblem(again, 429, 'rate_limited');
    expect(again.headers.get('retry-after')).toBe('5');
    expectProblem(await file.platform.operator('POST', '/issuers/nobody/callback-proof', {}), 404, 'issuer_unknown');
    expectProblem(await file.platform.operator('GET', '/issuers/nobody/callback-proof'), 404, 'issuer_unknown');
  });

  test('a test issuer is not exempt; whoever fetches its messages proves nothing', async () => {
    const called = await file.sandboxIssuer();
    expect((await called.get('/self')).body.state).toBe('not_proved');
    expectProblem(await called.place('sandbox-1'), 409, 'callback_not_proved');
    expect(called.received).toEqual([]);
    const fetching = await file.sandboxIssuer({ callback: { kind: 'pull' } });
    expect((await fetching.get('/self')).body.state).toBe('active');
    expect((await fetching.place('sandbox-2')).status).toBe(201);
    expectProblem(await fetching.get('/callback-proof'), 409, 'not_url');
    const { url, callback } = aHost();
    expectProblem(await change(fetching, callback), 409, 'callback_not_proved', '/callback/url');
    expect((await fetching.get(`/callback-proof?url=${encodeURIComponent(url)}`)).body.dns.txt).toMatch(
      /^codeferry-verification=[\w-]{22}$/,
    );
  });

  test('a proof that somebody else wrote into the database is none', async () => {
    const issuer = await file.issuer();
    const { host: claimed } = await proof(issuer);
    const forged = { provedHosts: [{ host: claimed, by: 'dns' as const, at: new Date() }] };
    await file.platform.core.database.issuers.updateOne({ _id: issuer.issuerId }, { $set: forged });
    expectProblem(await issuer.place('forged-1'), 503, 'unavailable');
    expect(issuer.received).toEqual([]);
  });
});
