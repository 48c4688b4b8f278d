import { setImmediate as otherWork } from 'node:timers/promises';
import { metered } from '../../src/api/edge/file-answer';
import type { Mount } from '../../src/api/edge/mount';
import { mountEventFeed } from '../../src/api/issuer/event-feed';
import { mountOperatorOrders, type OperatorOrders } from '../../src/api/operator/orders';
import { mountOperatorSettings, type OperatorSettings } from '../../src/api/operator/settings';
import { createRowReader, type RowReader } from '../../src/bounded/row-reader';
import type { Route } from '../../src/contract/route';
import { parseStrictJson } from '../../src/contract/strict-json';
import { createOrderActions } from '../../src/operator/order-actions';
import { createIssuerBudgets, createOperatorBudgets } from '../../src/overload/issuer-budget';
import { createTurns } from '../../src/overload/taking-turns';
import type { WaitingReaders } from '../../src/overload/waiting-readers';
import type { OrderDeps } from '../../src/second-interface/ask-order';
import type { EventFeed } from '../../src/store/event-feed';

/** Its row is none of a database. */
jest.mock('../../src/second-interface/untouched-order', () => ({ requireUntouched: async () => undefined }));

const limited = expect.objectContaining({
  code: 'rate_limited',
  extras: expect.objectContaining({ retryAfterSeconds: 1 }),
});
const large = 1024 * 1024;
const notBehind = () => false;

/** How many are taken, one after the other, before the first is refused. */
const takenOf = (take: () => void): number => {
  for (let n = 0; ; n += 1) {
    try {
      take();
    } catch (error) {
      expect(error).toEqual(limited);
      return n;
    }
  }
};

test('an issuer has 20,000 requests at once and 2,000 a second, fewer by bytes and by refusals, and no other one has less', () => {
  let now = 0;
  const { spend, refused } = createIssuerBudgets(notBehind, () => now);
  expect(takenOf(() => spend('small', 300))).toBe(20_000);
  expect(takenOf(() => spend('large', large)())).toBe(Math.floor(20_000 / 257));
  const unfit = takenOf(() => {
    spend('unfit', 300);
    refused('unfit');
  });
  expect(unfit).toBe(2_000);
  now = 1_000;
  expect(takenOf(() => spend('small', 300))).toBe(2_000);
  expect(takenOf(() => spend('large', large)())).toBe(8);
  expect(takenOf(() => spend('other', 300))).toBe(20_000);
});

test('an order that is read whole costs one more for each 40 codes, and what is owed for it is paid off first', () => {
  let now = 0;
  const { spend, readCodes } = createIssuerBudgets(notBehind, () => now);
  const read = (codes: number) => () => {
    spend('stadium', 0);
    readCodes('stadium', codes);
  };
  expect(takenOf(read(10_000))).toBe(Math.ceil(20_000 / 251));
  now = 1_000;
  expect(takenOf(read(39))).toBe(2_000 - (Math.ceil(20_000 / 251) * 251 - 20_000));
});

test('a call that may open codes costs one more for each 8', () => {
  const { spend, openCodes } = createIssuerBudgets(notBehind, () => 0);
  const taken = takenOf(() => {
    spend('stadium', 0);
    openCodes('stadium', 10_000);
  });
  expect(taken).toBe(Math.ceil(20_000 / 1_251));
});

test('a page of the event feed costs by what was read for it, at each look', async () => {
  const costs: number[] = [];
  const next = { atMs: 1, orderNo: '', sequence: 0 };
  const looks = [4_000, 0, 79];
  const feed = { page: async () => ({ events: [], next, entries: looks.shift() ?? 0 }) } as unknown as EventFeed;
  const call = {
    ...{ issuer: { _id: 'stadium' }, query: { limit: 1, waitSeconds: 0 }, onceAnswered: () => undefined },
    atWork: <T>(work: () => Promise<T>) => work(),
    alsoCosts: (requests: number) => costs.push(requests),
  };
  const asked: Promise<unknown>[] = [];
  const readers = {
    wait: async ({ look }: { look: () => Promise<unknown> }) => {
      await look();
      await look();
      return look();
    },
  } as unknown as WaitingReaders;
  const mount = {
    issuer: () => (handle: (given: object) => Promise<unknown>) => asked.push(handle(call)),
  } as unknown as Mount;
  mountEventFeed(mount, { feed, readers, rowReader: { of: () => () => undefined } as unknown as RowReader });
  await Promise.all(asked);
  expect(costs).toEqual([100, 0, 1]);
});

test('each call of an operator that reads an order whole says so too', async () => {
  const items = Array.from({ length: 10_000 }, (_, n) => ({ itemId: `item-${n}`, expiresAtMs: n }));
  const row = { _id: 'stadium/big', issuerId: 'stadium', orderNo: 'big', facts: { issued: 10_000, items } };
  const orders = {
    find: jest.fn(async () => row),
    view: jest.fn(),
    viewForOperators: jest.fn(),
    timelineOf: jest.fn(),
  };
  const orderDeps = { orders } as unknown as OrderDeps;
  const said: [string, number][] = [];
  const readings: Promise<unknown>[] = [];
  const mount = {
    operator:
      ({ name }: Route) =>
      (handle: (call: object) => Promise<unknown>) => {
        const note = (codes: number) => said.push([name, codes]);
        const call = {
          params: { issuerId: 'stadium', orderNo: 'big' },
          body: { text: 'x' },
          readCodes: note,
          openCodes: note,
        };
        readings.push(handle({ ...call, query: {} }).catch(() => undefined));
      },
  } as unknown as Mount;
  mountOperatorOrders(mount, { orderDeps, actions: createOrderActions(orderDeps) } as OperatorOrders);
  await Promise.all(readings);
  expect(said.length).toBe(orders.find.mock.calls.length);
  expect(said.map(([name]) => name)).toEqual(expect.arrayContaining(['readWhy', 'noteOnOrder', 'redeliverOrder']));
  expect(new Set(said.map(([, codes]) => codes))).toEqual(new Set([10_000]));
});

test('the settings of an order are read without its items', async () => {
  const facts = { verifyWindowMs: 1_000, issueWindowMs: 2_000, verifyExtensionMs: 0, issueExtensionMs: 0 };
  const orders = {
    find: jest.fn(),
    viewForOperators: async () => ({ issuerId: 'stadium', product: { id: 'p' }, facts }),
  };
  const settings = { levelsOf: async () => ({}) };
  const answers: Promise<unknown>[] = [];
  const mount = {
    operator:
      ({ name }: Route) =>
      (handle: (call: object) => Promise<unknown>) => {
        if (name === 'readOrderSettings') answers.push(handle({ params: { issuerId: 'stadium', orderNo: 'big' } }));
      },
  } as unknown as Mount;
  const orderDeps = { orders, settings, rowReader: createRowReader(() => undefined) };
  const issuers = { findEver: async () => ({ _id: 'stadium' }) };
  mountOperatorSettings(mount, { orderDeps, issuers } as unknown as OperatorSettings);
  expect(await Promise.all(answers)).toMatchObject([{ body: { order: { verifyWindowSeconds: 1 } } }]);
  expect(orders.find).not.toHaveBeenCalled();
});

test('an operator has as much as an issuer, and goes on while the process is behind', () => {
  const { spend } = createOperatorBudgets(() => 0);
  expect(takenOf(() => spend('otto', 0, 200))).toBe(Math.floor(20_000 / 201));
  expect(takenOf(() => spend('vera', 0))).toBe(20_000);
  expect(() => spend('otto', 0, 200)).toThrow(expect.objectContaining({ message: expect.stringContaining('You ask') }));
});

test('an answer costs one more for each KiB, and a call that takes long what it is said to', () => {
  const { spend, answered } = createIssuerBudgets(notBehind, () => 0);
  const list = takenOf(() => {
    spend('lists', 0);
    answered('lists', 75 * 1024);
  });
  expect(list).toBe(Math.ceil(20_000 / 76));
  expect(takenOf(() => spend('failures', 0, 500))).toBe(Math.floor(20_000 / 501));
});

test('of large bodies two of an issuer are at work at once', () => {
  const { spend } = createIssuerBudgets(notBehind, () => 0);
  const leave = spend('one', large);
  spend('one', large);
  expect(() => spend('one', large)).toThrow(limited);
  spend('one', 1_000);
  spend('other', large);
  leave();
  spend('one', large);
});

test('work of issuers begins in turns: who has one waits for one of each other, not for all of theirs', async () => {
  const turns = createTurns(2);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const all = [
    ...Array.from({ length: 50 }, () => turns.run('flood', work('flood'))),
    ...Array.from({ length: 50 }, () => turns.run('other', work('other'))),
    turns.run('quiet', work('quiet')),
  ];
  expect(begun).toEqual(['flood', 'other']);
  ends.shift()?.();
  await otherWork();
  expect(begun.slice(2)).toEqual(['quiet']);
  for (let n = 0; n < 100; n += 1) {
    ends.shift()?.();
    await otherWork();
  }
  await Promise.all(all);
  expect(begun).toHaveLength(101);
});

test('of readings at once one issuer has its part, and others begin at once', async () => {
  const turns = createTurns(4);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const run = (name: string) =>
    turns.run(name, () => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const all = [run('flood'), run('flood'), run('flood'), run('quiet'), run('other')];
  expect(begun).toEqual(['flood', 'flood', 'quiet', 'other']);
  for (const end of ends.splice(2)) end();
  await otherWork();
  expect(begun).toHaveLength(4);
  ends[0]?.();
  await otherWork();
  expect(begun.slice(4)).toEqual(['flood']);
  for (const end of ends) end();
  await Promise.all(all);
});

test('a body of more than 20,000 elements is refused before it is parsed; what stands in strings is none', () => {
  const parse = jest.spyOn(JSON, 'parse');
  const body = (n: number): Buffer => Buffer.from(`{"a":[${Array.from({ length: n }, () => '1').join()}]}`);
  const tooMany = expect.objectContaining({
    code: 'body_invalid',
    extras: expect.objectContaining({ errors: [expect.objectContaining({ code: 'too_many_elements' })] }),
  });
  expect(() => parseStrictJson(body(20_000))).toThrow(tooMany);
  expect(() => parseStrictJson(Buffer.from('['.repeat(1_000_000)))).toThrow(tooMany);
  expect(parse).not.toHaveBeenCalled();
  expect(parseStrictJson(body(19_900))).toEqual({ a: expect.any(Array) });
  const text = ',[{\\"'.repeat(30_000);
  expect(parseStrictJson(Buffer.from(JSON.stringify({ text })))).toEqual({ text });
  parse.mockRestore();
});

test('a file costs by what was sent of it, waits where half of the budget is used, and leaves the rest to other calls', async () => {
  let now = 0;
  const { spend, answered, pieceWaitMs } = createIssuerBudgets(notBehind, () => now);
  const lines = async function* () {
    for (let n = 0; n < 40; n += 1) yield 'x'.repeat(1024 * 1024);
  };
  const meter = {
    read: <T>(piece: () => Promise<T>) => piece(),
    sent: (bytes: number) => answered('filer', bytes),
    waitMs: () => pieceWaitMs('filer'),
  };
  const atMs: number[] = [];
  const wait = async (ms: number) => {
    now += ms;
  };
  for await (const _piece of metered(lines(), meter, wait)) atMs.push(now);
  // 10,000 units at once, and 2,000 a second of 1,024 a piece.
  expect([atMs[9], atMs.length]).toEqual([0, 40]);
  expect(atMs[39]).toBeCloseTo(((39 * 1_024 - 10_000) / 2_000) * 1_000, 0);
  expect(takenOf(() => spend('filer', 300))).toBe(10_000);
});
