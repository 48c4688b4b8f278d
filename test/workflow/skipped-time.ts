import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Runtime, Worker } from '@temporalio/worker';
import type { OrderProjection } from '../../activities/project';
import { indexedValueTypes } from '../../src/dev/namespace';
import type { AskedMessage, OrderMessage } from '../../src/domain/messages';
import type { OrderFacts, OrderOpening } from '../../src/domain/order';
import { openingAttributes, searchAttributes } from '../../src/order-messages/order-attributes';
import {
  type AfterSaleInput,
  type OrderInput,
  type OrderOutcome,
  orderFacts,
  type Reply,
  updates,
  voidTimeMoved,
  workflowNames,
} from '../../src/order-messages/order-messages';
import { createKeyRing } from '../../src/sealing/key-ring';
import { createPayloadCodec } from '../../src/sealing/payload-codec';
import { dataConverterWith } from '../../src/temporal/client';
import { until } from '../support/until';

export const minuteMs = 60_000;
export const amount = { value: 1_000, currency: 'EUR' };

/** What an activity of the order was asked to do; the fakes do nothing else. */
export interface Call {
  readonly name: ActivityName;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the workflow gave
  readonly input: any;
  readonly activityId: string;
  readonly attempt: number;
  /** By the engine's clock. */
  readonly atMs: number;
}

const ownNames = ['project', 'heldCodes', 'heldTime', 'endVoidTime'] as const;
const calledOutNames = ['notifyIssuer', 'requestCode', 'deliverCodes', 'tellVoid', 'askVoid'] as const;
const activityNames = [...ownNames, ...calledOutNames] as const;
export type ActivityName = (typeof activityNames)[number];
/** Gets the number of the call, counted from 1 over all attempts. */
type Fake = (n: number, input: Call['input']) => unknown;

const { EventType } = temporal.api.enums.v1;
const workflowTaskEvents = new Set([
  EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
]);

type IEvent = temporal.api.history.v1.IHistoryEvent;
type IPendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/** A fake that returns one has its activity run until the test opens it. */
export class Gate {
  constructor(readonly result?: unknown) {}
  open = (): void => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

export interface FakedOrder {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly createdAtMs: number;
  readonly input: OrderInput;
  answer(name: ActivityName, fake: Fake): void;
  calls(name: ActivityName): Call[];
  called(name: ActivityName, n?: number): Promise<Call>;
  /** What the row would hold: the newest projection's facts, and all events in order. */
  row(): { facts: OrderFacts | undefined; events: OrderProjection['events'][number][] };
  ask<K extends AskedMessage['kind']>(
    kind: K,
    message: Omit<AskedMessage & { kind: K }, 'kind'>,
    updateId?: string,
  ): Promise<Reply>;
  /** For many questions one after the other, with nothing else going on. */
  askNow<K extends AskedMessage['kind']>(kind: K, message: Omit<AskedMessage & { kind: K }, 'kind'>): Promise<Reply>;
  /** No workflow task and no activity is under way, but for what a test holds back. */
  atRest(): Promise<unknown>;
  /** The code with which the order's validator turns the question away. */
  throttled<K extends AskedMessage['kind']>(
    kind: K,
    message: Omit<AskedMessage & { kind: K }, 'kind'>,
  ): Promise<string>;
  verify(): Promise<Reply>;
  submit(...itemIds: string[]): Promise<Reply>;
  facts(): Promise<OrderFacts>;
  inState(state: OrderFacts['state']): Promise<OrderFacts>;
  history(): Promise<IEvent[]>;
  outcome(): Promise<OrderOutcome>;
  status(): Promise<string>;
  cancelInEngine(): Promise<void>;
}

export interface SkippedTime {
  start(opening?: Partial<OrderOpening>, answers?: Partial<Record<ActivityName, Fake>>): Promise<FakedOrder>;
  startAfterSale(
    input: Partial<AfterSaleInput>,
    answers: Partial<Record<ActivityName, Fake>>,
  ): Promise<{ result(): Promise<string>; calls(name: ActivityName): Call[] }>;
  /** The request for money back of an order; its time to decide is over at once. */
  startVoidRequest(answers: Partial<Record<ActivityName, Fake>>): Promise<{
    called(name: ActivityName, n?: number): Promise<Call>;
    timeMoved(): Promise<void>;
    result(): Promise<string>;
  }>;
  /** Lets the engine's clock run this far, without waiting for it. */
  pass(ms: number): Promise<void>;
  nowMs(): Promise<number>;
  stop(): Promise<void>;
}

export const codes = (...itemIds: string[]): Omit<OrderMessage & { kind: 'codes' }, 'kind'> => ({
  isRightToken: true,
  submissionId: `submission-${itemIds.join('-')}`,
  items: itemIds.map((itemId) => ({
    itemId,
    fingerprint: `fingerprint-${itemId}`,
    valueFingerprint: `value-fingerprint-${itemId}`,
  })),
  reused: false,
});

/** The real workflow bundle on the time-skipping test server; activities are the seam, and each of them is a fake. */
export const startSkippedTime = async (): Promise<SkippedTime> => {
  const quiet = () => undefined;
  Runtime.install({
    shutdownSignals: [],
    logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, log: quiet },
  });
  const dataConverter = dataConverterWith(createPayloadCodec(createKeyRing([Buffer.alloc(32, 7)])));
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: String(process.env.TEST_SERVER_PATH) } },
    client: { dataConverter },
  });
  const { client } = env;
  await client.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(searchAttributes.map(({ name, type }) => [name, indexedValueTypes[type]])),
  });

  const calls: (Call & { issuerId: string })[] = [];
  const held = new Set<string>();
  const fakes = new Map<string, Fake>();
  const settled: Partial<Record<ActivityName, Fake>> = {
    heldCodes: () => ({ held: [] }),
    heldTime: () => ({ heldMs: 0, isHeld: false }),
    requestCode: () => ({ kind: 'issuing' }),
    deliverCodes: () => ({ kind: 'delivered', tries: 1 }),
    tellVoid: () => ({ kind: 'delivered' }),
    askVoid: () => ({ kind: 'waiting' }),
  };
  const fakeOf = (name: ActivityName) => async (input: Call['input']) => {
    const issuerId: string = input.issuerId;
    const { activityId, attempt } = activityInfo();
    calls.push({ name, input, activityId, attempt, issuerId, atMs: await env.currentTimeMs() });
    const answer = (fakes.get(`${issuerId}/${name}`) ?? settled[name])?.(callsOf(issuerId, name).length, input);
    if (!(answer instanceof Gate)) return answer;
    held.add(`${issuerId}/${activityId}`);
    await answer.opened;
    held.delete(`${issuerId}/${activityId}`);
    return answer.result;
  };
  const callsOf = (issuerId: string, name: ActivityName): Call[] =>
    calls.filter((call) => call.issuerId === issuerId && call.name === name);
  const calledOf = (issuerId: string, name: ActivityName, n = 1): Promise<Call> =>
    until(`call ${n} of ${name}`, () => callsOf(issuerId, name)[n - 1]);
  const activities = Object.fromEntries(activityNames.map((name) => [name, fakeOf(name)]));

  const taskQueue = 'orders';
  const callsOutQueue = 'calls-out';
  const common = { connection: env.nativeConnection, namespace: 'default', dataConverter };
  const run = async (options: Parameters<typeof Worker.create>[0]): Promise<() => Promise<void>> => {
    const worker = await Worker.create(options);
    const done = worker.run();
    return async () => {
      worker.shutdown();
      await done;
    };
  };
  const runOrders = () =>
    run({
      ...common,
      taskQueue,
      workflowBundle: { codePath: String(process.env.TEST_WORKFLOW_BUNDLE) },
      activities: Object.fromEntries(ownNames.map((name) => [name, activities[name]])),
    });
  const stopOrders = await runOrders();
  const stopCallsOut = await run({
    ...common,
    taskQueue: callsOutQueue,
    activities: Object.fromEntries(calledOutNames.map((name) => [name, activities[name]])),
  });

  const setFakes = (issuerId: string, answers: Partial<Record<ActivityName, Fake>>): void => {
    for (const [name, fake] of Object.entries(answers)) fakes.set(`${issuerId}/${name}`, fake);
  };

  const start: SkippedTime['start'] = async (opening = {}, answers = {}) => {
    const issuerId = `issuer-${randomUUID().slice(0, 8)}`;
    const orderNo = 'order-1';
    setFakes(issuerId, answers);
    const createdAtMs = await env.currentTimeMs();
    const input: OrderInput = {
      issuerId,
      orderNo,
      quantity: 1,
      amount,
      codeMode: 'push',
      channel: 'page',
      createdAtMs,
      verifyWindowMs: 10 * minuteMs,
      issueWindowMs: 10 * minuteMs,
      callsOutQueue,
      ...opening,
    };
    const handle = await client.workflow.start(workflowNames.order, {
      workflowId: `order/${issuerId}/${orderNo}`,
      taskQueue,
      args: [input],
      // The test server skips on to a finished order's own limit: without one that is ten years each time.
      workflowRunTimeout: '60 days',
      typedSearchAttributes: openingAttributes({ ...input, productId: 'coffee' }),
    });
    const triesOf = (activityId: string): number =>
      calls.filter((call) => call.issuerId === issuerId && call.activityId === activityId).length;
    // Held by the test, or between two tries: the test server calls that one started too, but counts the try to come.
    const isAtRest = ({ activityId, attempt, lastFailure }: IPendingActivity): boolean =>
      held.has(`${issuerId}/${activityId}`) || (Boolean(lastFailure) && triesOf(String(activityId)) < Number(attempt));
    /**
     * The test server loses a question that meets a workflow task under way: before each one the order is at rest. The
     * race of a question with everything else is tried on the real engine.
     */
    const atRest = (): Promise<unknown> =>
      until('the order at rest', async () => {
        const before = await order.history();
        const pending = (await handle.describe()).raw.pendingActivities ?? [];
        if ((await order.history()).length !== before.length) return false;
        const last = before.findLast(({ eventType }) => workflowTaskEvents.has(Number(eventType)));
        const isTaskOver = Boolean(last?.workflowTaskCompletedEventAttributes);
        return isTaskOver && pending.every(isAtRest);
      });
    const send = <K extends AskedMessage['kind']>(kind: K, message: object, updateId: string): Promise<Reply> =>
      handle.executeUpdate<Reply, [AskedMessage]>(updates[kind].name, {
        updateId,
        args: [{ kind, ...message } as unknown as AskedMessage],
      });
    const order: FakedOrder = {
      issuerId,
      orderNo,
      createdAtMs,
      input,
      answer: (name, fake) => setFakes(issuerId, { [name]: fake }),
      calls: (name) => callsOf(issuerId, name),
      called: (name, n) => calledOf(issuerId, name, n),
      row: () => {
        const projections = callsOf(issuerId, 'project').map(({ input: { facts, events } }) => ({ facts, events }));
        const known = new Map(projections.flatMap(({ events }) => events).map((event) => [event.sequence, event]));
        return { facts: projections.at(-1)?.facts, events: [...known.values()] };
      },
      atRest,
      askNow: (kind, message) => send(kind, message, randomUUID()),
      ask: async (kind, message, updateId = randomUUID()) => {
        await atRest();
        return send(kind, message, updateId);
      },
      throttled: async (kind, message) => {
        try {
          const { answer } = await order.ask(kind, message);
          return `recorded: ${answer.kind === 'refused' ? answer.code : answer.kind}`;
        } catch (error) {
          if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure))
            throw error;
          return String(error.cause.type);
        }
      },
      verify: () => order.ask('verify', { isRightToken: true, quantity: input.quantity, amount: input.amount }),
      submit: (...itemIds) => order.ask('codes', codes(...itemIds)),
      facts: () => handle.query(orderFacts),
      inState: (state) =>
        until(`order ${state}`, async () => {
          const facts = await order.facts();
          return facts.state === state && facts;
        }),
      history: async () => (await handle.fetchHistory()).events ?? [],
      outcome: () => handle.result() as Promise<OrderOutcome>,
      status: async () => (await handle.describe()).status.name,
      cancelInEngine: async () => {
        await handle.cancel();
      },
    };
    return order;
  };

  return {
    start,
    startAfterSale: async (input, answers) => {
      const issuerId = `issuer-${randomUUID().slice(0, 8)}`;
      setFakes(issuerId, answers);
      const full: AfterSaleInput = {
        issuerId,
        orderNo: 'order-1',
        kind: 'redeliver',
        callsOutQueue,
        delivery: { n: 1, atMs: 0 },
        ...input,
      };
      const handle = await client.workflow.start(workflowNames.afterSale, {
        workflowId: `after-sale/${issuerId}/order-1/1`,
        taskQueue,
        args: [full],
        workflowRunTimeout: '60 days',
      });
      return { result: () => handle.result() as Promise<string>, calls: (name) => callsOf(issuerId, name) };
    },
    startVoidRequest: async (answers) => {
      const issuerId = `issuer-${randomUUID().slice(0, 8)}`;
      setFakes(issuerId, answers);
      const input = { issuerId, orderNo: 'order-1', requestId: 'request-1', decideByMs: 0, callsOutQueue };
      const handle = await client.workflow.start(workflowNames.voidRequest, {
        workflowId: `void-request/${issuerId}/order-1/1`,
        taskQueue,
        args: [input],
        workflowRunTimeout: '60 days',
      });
      return {
        called: (name, n) => calledOf(issuerId, name, n),
        timeMoved: () => handle.signal(voidTimeMoved),
        result: () => handle.result() as Promise<string>,
      };
    },
    pass: (ms) => env.sleep(ms),
    nowMs: () => env.currentTimeMs(),
    stop: async () => {
      await stopOrders();
      await stopCallsOut();
      await env.teardown();
    },
  };
};
