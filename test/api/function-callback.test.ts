import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as routes from '../../src/contract/issuer/order-operations';
import { sha256 } from '../../src/sealing/key-ring';
import { type Adapter, type AdapterMessage, createAdapterApi } from '../../src/second-interface/adapter-api';
import { loadAdapters } from '../../src/second-interface/adapters';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';

describe('modules named in ADAPTERS', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codeferry-adapters-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const module = async (name: string, text: string): Promise<string> => {
    const path = join(folder, `${name}.js`);
    await writeFile(path, text);
    return path;
  };
  const onMessage = 'onMessage: async () => undefined';

  test('may export name and onMessage themselves, as default, or as `adapter`', async () => {
    const adapters = await loadAdapters([
      await module('plain', `module.exports = { name: 'plain', ${onMessage} };`),
      await module('default', `exports.default = { name: 'by-default', ${onMessage} };`),
      await module('named', `exports.adapter = { name: 'named', ${onMessage} };`),
    ]);
    expect([...adapters.keys()]).toEqual(['plain', 'by-default', 'named']);
    expect(await adapters.get('plain')?.onMessage({} as AdapterMessage, {} as never)).toBeUndefined();
  });

  test('no module, no adapters', async () => {
    expect((await loadAdapters([])).size).toBe(0);
  });

  test.each([
    ['nothing', 'module.exports = {};'],
    ['no name', `module.exports = { ${onMessage} };`],
    ['no function', "module.exports = { name: 'x', onMessage: 1 };"],
  ])('that export %s stop the start, and are named', async (what, text) => {
    const path = await module(what.replace(' ', '-'), text);
    await expect(loadAdapters([path])).rejects.toThrow(path);
  });

  test('that have one name for two stop the start', async () => {
    const text = `module.exports = { name: 'twin', ${onMessage} };`;
    await expect(loadAdapters([await module('a', text), await module('b', text)])).rejects.toThrow('twin');
  });

  test('that are not there stop the start', async () => {
    await expect(loadAdapters([join(folder, 'missing.js')])).rejects.toThrow();
  });
});

describe('an issuer whose callback is a function', () => {
  const problems: unknown[] = [];
  const heard: AdapterMessage[] = [];
  const maker: Adapter = {
    name: 'maker',
    onMessage: async (message, api) => {
      heard.push(message);
      const { orderNo, token, quantity, amount } = message.data as {
        orderNo: string;
        token: string;
        quantity: number;
        amount: { value: number; currency: string };
      };
      if (message.type === 'order.paid') {
        const facts = { type: 'order.verification' as const, orderNo, quantity, amount };
        const note = ({ code, status, retryable }: { code: string; status: number; retryable: boolean }) =>
          problems.push({ code, status, retryable });
        await api.verifyOrder({ ...facts, token: 'wrong' }).catch(note);
        await api.verifyOrder({ ...facts, token, quantity: 0 }).catch(note);
        await api.verifyOrder({ ...facts, orderNo: 'of-nobody', token }).catch(note);
        await api
          .submitCodes({ type: 'order.codes', orderNo, token, codes: [{ itemId: 'a', value: 'X' }] })
          .catch(note);
        await api.verifyOrder({ ...facts, token });
        return undefined;
      }
      if (message.type === 'order.code_requested') {
        return { status: 'issued', codes: [{ itemId: 'a', value: `MADE-${orderNo}`, format: 'text' }] };
      }
      return undefined;
    },
  };
  const file = platformOfFile({ adapters: [maker] });
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await file.issuer({ callback: { kind: 'function', name: 'maker' }, codeMode: 'request' });
  });

  test('goes the whole way without a call out, with the same verdicts as over HTTP', async () => {
    const placed = await issuer.place('made-1');
    await issuer.inState('made-1', 'delivered');
    expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('MADE-made-1');
    expect(problems).toEqual([
      { code: 'token_mismatch', status: 403, retryable: false },
      { code: 'body_invalid', status: 422, retryable: false },
      { code: 'order_unknown', status: 404, retryable: false },
      { code: 'not_verified', status: 409, retryable: true },
    ]);
    expect(heard.map(({ type }) => type)).toEqual(expect.arrayContaining(['order.paid', 'order.code_requested']));
    expect(issuer.received).toEqual([]);
  });

  test('says what nobody guesses by the names that a history has of its calls: a code, or why an order was cancelled', async () => {
    const { orderDeps } = file.platform.core;
    const other = await file.issuer();
    await other.placeVerified('named');
    const asking = jest.spyOn(orderDeps.gateway, 'ask');
    const api = createAdapterApi(orderDeps, async () => null, other.issuerId);
    const wrong = { type: 'order.codes', orderNo: 'named', token: 'wrong', codes: [{ itemId: 'a', value: '1234' }] };
    const codes = routes.submitCodes.body.parse(wrong);
    await expect(api.submitCodes(codes)).rejects.toMatchObject({ code: 'token_mismatch' });
    const cancellation = { type: 'order.cancellation', orderNo: 'named', reason: 'divorce' } as const;
    await api.cancelOrder(cancellation);
    const names = asking.mock.calls.map(([, updateId]) => updateId).join();
    expect(names).toMatch(/^codes\/.+,.+/);
    for (const body of [codes, cancellation]) expect(names).not.toContain(sha256(`function:${JSON.stringify(body)}`));
    asking.mockRestore();
  });

  test('must name a function that was loaded', async () => {
    const callback = { kind: 'function', name: 'unknown' };
    const changed = await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, { callback });
    expectProblem(changed, 422, 'body_invalid', '/callback/name');
  });
});
