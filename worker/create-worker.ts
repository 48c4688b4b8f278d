import { heartbeat } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createAskVoid } from '../activities/ask-void';
import type { CallsOut } from '../activities/call-issuer';
import { createCheckHost } from '../activities/check-host';
import { createCompareSides } from '../activities/compare-sides';
import { createDeliver } from '../activities/deliver';
import { createEndVoidTime } from '../activities/end-void-time';
import { createMakeStatements } from '../activities/make-statements';
import { createNotify } from '../activities/notify';
import { createPlayConformance, type PlaysConformance } from '../activities/play-conformance';
import { createProject } from '../activities/project';
import { createReconcile } from '../activities/reconcile';
import { createReplayEvents } from '../activities/replay-events';
import { createReplayMessage } from '../activities/replay-message';
import { createRequestCode } from '../activities/request-code';
import { createRequestTestVoid } from '../activities/request-test-void';
import { createSendEcho } from '../activities/send-echo';
import { createSendEvent } from '../activities/send-event';
import { type Alerting, alertOnChange } from '../activities/tell-alerts';
import { createTellEvent } from '../activities/tell-event';
import type { ConfiguredChannels } from '../src/channels/configured-channels';
import type { TxtLookup } from '../src/outbound/txt-lookup';
import type { SealingCodec } from '../src/sealing/payload-codec';
import type { PlatformKeys } from '../src/sealing/platform-keys';
import type { Statements } from '../src/second-interface/statements/statements';
import type { Comparisons } from '../src/store/comparisons';
import type { DayCounts } from '../src/store/day-counts';
import type { Purge } from '../src/store/purge';
import type { Reconciliations } from '../src/store/reconciliations';
import type { Requests } from '../src/store/requests';
import type { SandboxInbox } from '../src/store/sandbox-inbox';
import { dataConverterWith, interceptorsFor } from '../src/temporal/client';
import type { Troubles } from '../src/temporal/troubles';
import { inSpan, noTracing, type Tracing } from '../src/tracing/tracing';
import { activitySpans } from './activity-spans';
import { fairPlaces } from './fair-places';
import { lostAttempts } from './lost-attempts';
import { workflowBundle } from './workflow-bundle';

export interface WorkerDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly codec: SealingCodec;
  readonly callsOut: CallsOut;
  readonly keys: PlatformKeys;
  readonly lookupTxt: TxtLookup;
  readonly channels: ConfiguredChannels;
  readonly conformance: PlaysConformance['conformance'];
  readonly audit: PlaysConformance['audit'];
  readonly publicUrl: string;
  readonly dayCounts: DayCounts;
  readonly sandboxInbox: SandboxInbox;
  readonly requests: Requests;
  readonly purge: Purge;
  readonly troubles: Troubles;
  readonly statements: Statements;
  readonly reconciliations: Reconciliations;
  readonly comparisons: Comparisons;
  readonly purgeAfterMs?: number | undefined;
  readonly alerting: Pick<Alerting, 'stats' | 'workers' | 'guesses' | 'alerts' | 'alertUrl' | 'mailer' | 'publicUrl'>;
  readonly tracing: Tracing;
  readonly log: Logger;
  readonly taskQueue: string;
  readonly callsOutQueue: string;
  readonly bundlePath: string;
  /** Whether errors and "Call Stack" say where in a workflow they are (see workflow-bundle.ts). */
  readonly workflowStackTraces: boolean;
}

/** Activities at once. Those with our own database take turns in the engine's queue: none of them waits for anybody. */
const ownPlaces = 20;
const callsOutPlaces = 200;

/** Running activities get this long to finish, then they are told, then the process goes: never longer than 8 s. */
const shutdown = { shutdownGraceTime: '5 seconds', shutdownForceTime: '8 seconds' } as const;

export interface Workers {
  /** Resolves once both have drained, and what they were telling issuers is told or left to others. */
  run(): Promise<void>;
  shutdown(): void;
}

/** Two workers in one process: orders with our own database, and calls out, where a slow issuer holds no order up. */
export const createWorkers = async (deps: WorkerDeps): Promise<Workers> => {
  const { connection, namespace, codec, callsOut, log } = deps;
  const events = createSendEvent(callsOut);
  const tellEvent = createTellEvent(
    (name) => inSpan(deps.tracing, { name: 'tell event', kind: 'worker' }, () => events.sendEvent(name)),
    callsOut.orderDeps.gateway,
  );
  const observed = [
    lostAttempts({ ...callsOut.orderDeps, nowMs: callsOut.nowMs }),
    ...(deps.tracing === noTracing ? [] : [activitySpans(deps.tracing)]),
  ];
  const common = { connection, namespace, dataConverter: dataConverterWith(codec), ...shutdown };
  const orders = await Worker.create({
    ...common,
    interceptors: { activity: observed },
    maxConcurrentActivityTaskExecutions: ownPlaces,
    taskQueue: deps.taskQueue,
    workflowBundle: await workflowBundle(deps.bundlePath, {
      hasStackTraces: deps.workflowStackTraces,
      sealsFailures: codec.seals,
    }),
    activities: {
      ...createProject({ ...callsOut, tellEvent: tellEvent.tell }),
      ...createEndVoidTime(callsOut),
      ...createMakeStatements({
        statements: deps.statements,
        issuers: callsOut.issuers,
        log,
        nowMs: callsOut.nowMs,
        sayAlive: () => heartbeat(),
      }),
      ...createRequestTestVoid(callsOut),
      ...createCompareSides({
        orders: callsOut.orderDeps.orders,
        rowReader: callsOut.orderDeps.rowReader,
        troubles: deps.troubles,
        issuers: callsOut.issuers,
        reconciliations: deps.reconciliations,
        comparisons: deps.comparisons,
        nowMs: callsOut.nowMs,
        sayAlive: () => heartbeat(),
      }),
      ...createReconcile({
        orderDeps: callsOut.orderDeps,
        issuers: callsOut.issuers,
        requests: deps.requests,
        purge: deps.purge,
        troubles: deps.troubles,
        purgeAfterMs: deps.purgeAfterMs,
        meter: callsOut.meter,
        alert: (isReconcilerFailing) =>
          alertOnChange({
            ...deps.alerting,
            orderDeps: callsOut.orderDeps,
            issuers: callsOut.issuers,
            troubles: deps.troubles,
            comparisons: deps.comparisons,
            outbound: callsOut.outbound,
            signingKeys: deps.keys.delivery.signing,
            log,
            nowMs: callsOut.nowMs,
            isReconcilerFailing,
          }),
        log,
        nowMs: callsOut.nowMs,
        sayAlive: () => heartbeat(),
      }),
    },
    maxCachedWorkflows: 1_000,
  });
  const out = await Worker.create({
    ...common,
    interceptors: { activity: [...observed, fairPlaces(callsOutPlaces, callsOut.nowMs)] },
    maxConcurrentActivityTaskExecutions: callsOutPlaces,
    taskQueue: deps.callsOutQueue,
    activities: {
      ...createNotify(callsOut),
      ...createRequestCode(callsOut),
      ...createAskVoid(callsOut),
      ...createDeliver({
        ...callsOut,
        keys: deps.keys,
        channels: deps.channels,
        dayCounts: deps.dayCounts,
        sandboxInbox: deps.sandboxInbox,
      }),
      ...events,
      ...createSendEcho(callsOut),
      ...createCheckHost({ ...callsOut, audit: deps.audit, lookupTxt: deps.lookupTxt }),
      ...createPlayConformance({
        ...callsOut,
        conformance: deps.conformance,
        delivery: deps.keys.delivery,
        audit: deps.audit,
        publicUrl: deps.publicUrl,
      }),
      ...createReplayMessage(callsOut),
      ...createReplayEvents(callsOut, events),
    },
  });
  const both = [orders, out];
  return {
    run: async () => {
      await Promise.all(both.map((worker) => worker.run()));
      await tellEvent.close();
    },
    shutdown: () => {
      for (const worker of both) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
};

export const clientOn = (
  connection: NativeConnection,
  namespace: string,
  codec: SealingCodec,
  tracing: Tracing = noTracing,
): Client =>
  new Client({ connection, namespace, dataConverter: dataConverterWith(codec), ...interceptorsFor(tracing) });

/** The SDK's own log lines go where ours go, and its metrics to an address. Called once, before the first connection. */
export const installEngineRuntime = (log: Logger, metricsAddress: string | undefined): void => {
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, meta?: Record<string, unknown>): void => {
      log[level]({ workflowId: meta?.workflowId, activityType: meta?.activityType, err: meta?.error }, message);
    };
  const lines = {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  Runtime.install({
    shutdownSignals: [],
    ...(metricsAddress === undefined
      ? {}
      : {
          telemetryOptions: {
            metrics: {
              prometheus: {
                bindAddress: metricsAddress,
                countersTotalSuffix: true,
                unitSuffix: true,
                useSecondsForDurations: true,
              },
            },
          },
        }),
    logger: {
      ...lines,
      log: (level, message, meta) => lines[level.toLowerCase() as keyof typeof lines](message, meta),
    },
  });
};
