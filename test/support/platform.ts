import { randomBytes, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Express } from 'express';
import pino, { type Logger } from 'pino';
import { createApp } from '../../src/api/app';
import { openServer } from '../../src/api/edge/open-server';
import { assemble, type Core } from '../../src/assemble';
import type { ChannelSettings } from '../../src/channels/channel-settings';
import type { Versions } from '../../src/contract/versions';
import type { OidcSettings } from '../../src/domain/operator';
import type { Mailer } from '../../src/mail/mailer';
import { createOrderMeter } from '../../src/metrics/order-meter';
import { type AddressGuardOptions, createAddressGuard } from '../../src/outbound/address-guard';
import { createOutbound } from '../../src/outbound/client';
import { createTxtLookup } from '../../src/outbound/txt-lookup';
import { createSandboxCallsOut } from '../../src/sandbox/calls-out';
import type { Adapter } from '../../src/second-interface/adapter-api';
import { openTemporalClient } from '../../src/temporal/client';
import { noTracing, type Tracing } from '../../src/tracing/tracing';
import { clientOn, createWorkers, installEngineRuntime, type Workers } from '../../worker/create-worker';
import { reportPresence } from '../../worker/report-presence';
import { createMetricsPage, freeLoopbackAddress } from '../../worker/serve-metrics';
import { watchAnswers } from './declared-answers';

export interface PlatformOptions {
  readonly adapters?: readonly Adapter[];
  readonly callbackAllow?: readonly string[];
  /** False: the api runs alone, as while all workers are down. */
  readonly worker?: boolean;
  /** Another engine than the run's own, such as one that is stopped in the test. */
  readonly temporalAddress?: string;
  readonly mongodbUri?: string;
  readonly trustedProxies?: readonly string[];
  /** Of a proxy before it; left out: its own address. */
  readonly publicUrl?: string;
  /** True: operators have an address of their own. */
  readonly admin?: boolean;
  readonly isDemo?: boolean;
  /** Left out: those of the contract. */
  readonly versions?: Versions;
  readonly needsTwoPersons?: boolean;
  /** What test issuers may be called at; left out: there is no sandbox. */
  readonly sandboxAllow?: readonly string[];
  /** Whom the workers ask for TXT records; left out: the machine's. */
  readonly dnsServers?: readonly string[];
  /** Of all names that are called; left out: the machine's resolver. */
  readonly resolve?: AddressGuardOptions['resolve'];
  readonly alertUrl?: string;
  readonly mailer?: Mailer;
  /** Left out: page and webhook alone. */
  readonly channels?: ChannelSettings;
  readonly tracing?: Tracing;
  /** Give the database's name to start a second platform on the same data. */
  readonly databaseName?: string;
  readonly masterKeys?: readonly Buffer[];
  /** Left out: the engine holds payloads as they are. */
  readonly sealPayloads?: boolean;
  /** Give the queue's name as well to go on with the orders that a platform before left running. */
  readonly taskQueue?: string;
  /** Beside the bearer of `operatorToken`, who is an admin. */
  readonly operators?: readonly { name: string; role: 'viewer' | 'operator' | 'admin'; token: string }[];
  /** Left out: operators sign in by token alone. */
  readonly oidc?: OidcSettings;
  /** Of api and workers; left out: the machine's. */
  readonly nowMs?: () => number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came over the wire
  readonly body: any;
}

/** The real api and the real workers in this process, on the run's engine and database, with names of their own. */
export interface Platform {
  readonly baseUrl: string;
  /** Where operators are: the same, or their own. */
  readonly operatorUrl: string;
  /** What answers at both. */
  readonly apps: { readonly public: Express; readonly operators: Express };
  readonly operatorToken: string;
  readonly databaseName: string;
  readonly core: Core;
  readonly client: Client;
  readonly taskQueue: string;
  readonly callsOutQueue: string;
  /** Everything that api, workers and the engine's SDK logged so far. */
  readonly logText: () => string;
  readonly nowMs: () => number;
  /** The metrics page of the running workers. */
  workerMetrics(): Promise<string>;
  operator(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Whether workers run here: without them an order cannot be asked. */
  isWorking(): boolean;
  /** With another bundle of workflows than the built one, where it is given. */
  startWorkers(bundlePath?: string, workflowStackTraces?: boolean): Promise<void>;
  stopWorkers(): Promise<void>;
  stop(): Promise<void>;
}

/** The engine's client waits 6 s at most before it repeats a call, and none is repeated past its deadline of 3 s. */
const retriesEndMs = 15_000;

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is set by jest's global setup`);
  return value;
};

const loggerInto = (lines: string[]): Logger =>
  pino(
    { level: 'debug' },
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    }),
  );

/** What the engine's SDK says goes where the worker's own lines go; it is one for all platforms of a process. */
const engineLines: string[] = [];
let engineRuntime: Promise<string> | undefined;
const installedRuntime = (): Promise<string> => {
  engineRuntime ??= freeLoopbackAddress().then((address) => {
    installEngineRuntime(loggerInto(engineLines), address);
    return address;
  });
  return engineRuntime;
};

const listen = async (): Promise<readonly [Server, string]> => {
  const server = await openServer(0, '127.0.0.1');
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
};

export const startPlatform = async (options: PlatformOptions = {}): Promise<Platform> => {
  const lines: string[] = [];
  const log = loggerInto(lines);
  const engineMetricsAddress = await installedRuntime();
  const name = options.taskQueue ?? `t${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const databaseName = options.databaseName ?? name;
  const mongodbUri = new URL(options.mongodbUri ?? setting('TEST_MONGODB_URI'));
  mongodbUri.pathname = `/${databaseName}`;
  const temporal = {
    address: options.temporalAddress ?? setting('TEST_TEMPORAL_ADDRESS'),
    namespace: 'default',
    tls: false,
  };
  const operatorToken = randomBytes(24).toString('base64url');
  const [server, baseUrl] = await listen();
  const [adminServer, adminUrl] = options.admin ? await listen() : [];
  const operatorUrl = adminUrl ?? baseUrl;
  const nowMs = options.nowMs ?? (() => Date.now());
  const tracing = options.tracing ?? noTracing;
  const config = {
    publicUrl: options.publicUrl ?? baseUrl,
    admin: adminUrl === undefined ? undefined : { url: adminUrl },
    isDemo: options.isDemo ?? false,
    databaseLimitMs: 20_000,
    needsTwoPersons: options.needsTwoPersons ?? false,
    hasSandbox: options.sandboxAllow !== undefined,
    sourceAddresses: ['203.0.113.7/32'],
    operators: [{ name: 'operator', role: 'admin' as const, token: operatorToken }, ...(options.operators ?? [])],
    oidc: options.oidc,
    sealPayloads: options.sealPayloads ?? false,
    codecSecret: 'codec-secret-of-the-tests',
    trustedProxies: options.trustedProxies ?? [],
    masterKeys: options.masterKeys ?? [Buffer.alloc(32, 7)],
    mongodbUri: mongodbUri.href,
    taskQueue: name,
    callsOutQueue: `${name}-calls-out`,
    channels: options.channels ?? {},
  };
  const core = await assemble(config, (codec) => openTemporalClient(temporal, codec, tracing), nowMs, log, tracing);
  const guard = createAddressGuard({
    allowCidrs: options.callbackAllow ?? ['127.0.0.0/8'],
    sandboxAllowCidrs: options.sandboxAllow ?? [],
    ...(options.resolve ? { resolve: options.resolve } : {}),
  });
  const adapters = new Map((options.adapters ?? []).map((adapter) => [adapter.name, adapter]));
  const { app, adminApp, starter } = createApp({
    core,
    config,
    guard,
    tracing,
    adapters,
    log,
    nowMs,
    ...(options.versions ? { versions: options.versions } : {}),
  });
  const declared = watchAnswers();
  server.on('request', declared.watched(app));
  if (adminApp) adminServer?.on('request', declared.watched(adminApp));

  let running:
    | { workers: Workers; done: Promise<unknown>; metricsPage: () => Promise<string>; close: () => Promise<void> }
    | undefined;
  const startWorkers = async (
    bundlePath = setting('TEST_WORKFLOW_BUNDLE'),
    workflowStackTraces = false,
  ): Promise<void> => {
    const connection = await NativeConnection.connect({ address: temporal.address });
    const workerCore = await assemble(
      config,
      (codec) => clientOn(connection, temporal.namespace, codec, tracing),
      nowMs,
      log,
      tracing,
    );
    const outbound = createOutbound({
      guard,
      clock: { nowMs },
      isSpent: createSandboxCallsOut(nowMs).isSpent,
      tracing,
    });
    const workers = await createWorkers({
      connection,
      namespace: temporal.namespace,
      codec: workerCore.codec,
      callsOut: {
        log,
        orderDeps: workerCore.orderDeps,
        issuers: workerCore.issuers,
        echoes: workerCore.echoes,
        ...(options.versions ? { versions: options.versions } : {}),
        outbound,
        adapters,
        terminalProblem: (terminal, issuerId) => workerCore.channels.problemOf(terminal, guard.of(issuerId)),
        ring: workerCore.ring,
        meter: createOrderMeter(workerCore.metrics.registry),
        nowMs,
      },
      keys: workerCore.keys,
      lookupTxt: createTxtLookup({ servers: options.dnsServers }),
      channels: workerCore.channels,
      dayCounts: workerCore.dayCounts,
      conformance: workerCore.conformance,
      audit: workerCore.audit,
      publicUrl: config.publicUrl,
      sandboxInbox: workerCore.sandboxInbox,
      requests: workerCore.requests,
      purge: workerCore.purge,
      tracing,
      alerting: {
        stats: workerCore.stats,
        workers: workerCore.workers,
        guesses: workerCore.guesses,
        alerts: workerCore.alerts,
        alertUrl: options.alertUrl,
        mailer: options.mailer,
        publicUrl: config.admin?.url ?? config.publicUrl,
      },
      troubles: workerCore.troubles,
      statements: workerCore.statements,
      reconciliations: workerCore.reconciliations,
      comparisons: workerCore.comparisons,
      log,
      taskQueue: config.taskQueue,
      callsOutQueue: config.callsOutQueue,
      bundlePath,
      workflowStackTraces,
    });
    const presence = reportPresence({ workers: workerCore.workers, outbound, log, nowMs });
    const done = workers.run();
    const close = async (): Promise<void> => {
      await presence.stop();
      await outbound.close();
      await workerCore.database.close();
      await connection.close();
    };
    const { registry, collectOwnProcess } = workerCore.metrics;
    collectOwnProcess('codeferry_worker_');
    const metricsPage = createMetricsPage({ registry, outbound, engineMetricsAddress });
    running = { workers, done, metricsPage, close };
  };
  const stopWorkers = async (): Promise<void> => {
    const stopping = running;
    running = undefined;
    if (!stopping) return;
    stopping.workers.shutdown();
    await stopping.done;
    await stopping.close();
  };
  if (options.worker !== false) await startWorkers();
  const isWorking = (): boolean => running !== undefined;

  return {
    baseUrl,
    operatorUrl,
    apps: { public: app, operators: adminApp ?? app },
    operatorToken,
    databaseName,
    core,
    client: core.client,
    taskQueue: config.taskQueue,
    callsOutQueue: config.callsOutQueue,
    nowMs,
    logText: () => [...lines, ...(engineLines ?? [])].join(''),
    operator: (method, path, body, token = operatorToken) =>
      repeated(
        isWorking,
        (answer) => wasNotAskedInTime(answer) || isQueued(answer),
        () =>
          read(
            fetch(`${operatorUrl}/v1/operator${path}`, {
              method,
              headers: {
                authorization: `Bearer ${token}`,
                ...(body === undefined ? {} : { 'content-type': 'application/json' }),
              },
              ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            }),
          ),
      ),
    workerMetrics: async () => (await running?.metricsPage()) ?? '',
    isWorking,
    startWorkers,
    stopWorkers,
    stop: async () => {
      await stopWorkers();
      for (const one of adminServer ? [server, adminServer] : [server]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
      await starter.settled();
      // Later, and by itself: a retry that the engine's client still has in mind would throw out of a timer. An open one
      // keeps all that the test file has loaded.
      setTimeout(() => core.client.connection.close(), retriesEndMs).unref();
      await core.database.close();
      declared.expectNothingElse();
    },
  };
};

/** A wire answer with its body parsed where it is JSON. */
export const read = async (pending: Promise<Response>): Promise<Answer> => {
  const response = await pending;
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
};

const repeatsMax = 5;

/**
 * As a client does: on a busy machine an order may not be asked in time, and the same request again gets the judgement.
 * Where a test has stopped the workers, such an answer is what it looks for.
 */
export const repeated = async (
  isWorking: () => boolean,
  wasNotAsked: (answer: Answer) => boolean,
  send: () => Promise<Answer>,
): Promise<Answer> => {
  let answer = await send();
  for (let n = 0; n < repeatsMax && isWorking() && wasNotAsked(answer); n += 1) answer = await send();
  return answer;
};

/** By nothing else that is unavailable. */
export const wasNotAskedInTime = ({ body }: Answer): boolean => body?.detail === 'The order could not be asked in time';

const isQueued = ({ status, body }: Answer): boolean => status === 202 && body?.status === 'queued';
