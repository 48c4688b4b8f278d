import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/bounded/free-port';
import { type Child, startChild } from '../../src/dev/child-process';
import { crashPointNames } from './crash-points';
import type { Scene, Stage } from './crash-scenes';
import { doFault } from './do-fault';
import { askEngine } from './engine-client';
import { type FactOf, openFactLog, readFacts } from './facts';
import { judge, type SeenOrder, type Verdicts } from './judge';
import { countMended } from './mended';
import { saidOfOpen } from './not-ended';
import type { Outside, Phase } from './outside';
import { allUp, type OutsidePorts, type PlatformParts, startParts } from './parts';
import { faultDeck, issuersOf, type PlannedOrder, planOrders } from './plan';
import { createPublicApi, type PublicApi } from './public-api';
import { planRaces } from './races';
import { createRandom } from './random';
import { countSometimes, type Sometimes } from './sometimes';

export interface RunOptions {
  readonly folder: string;
  readonly seed: number;
  /** Of the random plan; 0 leaves it out. */
  readonly orders: number;
  /** How long faults go on while these orders are placed. */
  readonly faultsMs: number;
  /** 0: none at all. */
  readonly faultEveryMs: number;
  readonly scenes: readonly Scene[];
  readonly windowSeconds: number;
  /** After the last fault, until when every order must have ended. */
  readonly boundMs: number;
  readonly guardOff?: string;
  /** See PlatformOptions. */
  readonly smallDisk?: string;
  readonly say: (line: string) => void;
}

export interface RunReport extends Verdicts {
  readonly seed: number;
  readonly startedAt: string;
  readonly database: string;
  readonly sometimes: Sometimes;
  /** Scenes whose process did not die where it should have. */
  readonly missed: readonly string[];
  /** Of orders that have not ended: what the engine says of them, for whoever reads it. */
  readonly open: readonly object[];
  readonly settledAfterMs: number;
  /** The longest that this process, in which the proxies run, was late: what it makes calls wait is not the platform's. */
  readonly proxiesLateMs: number;
  readonly tookMs: number;
}

/** In each random plan, eight of each race. */
const racesMax = 40;
const verifyAgainLimitMs = 120_000;
/** Of the orders of the last scenes. */
const lastSettleMs = 60_000;
const endStates = ['delivered', 'refused', 'expired', 'cancelled', 'undeliverable'];

/** One platform from its first start to its verdicts: named crash points, then a random plan, then the settling. */
export const runPlan = async (options: RunOptions): Promise<RunReport> => {
  const startedMs = Date.now();
  const late = monitorEventLoopDelay({ resolution: 50 });
  late.enable();
  const { folder, seed, say } = options;
  mkdirSync(folder, { recursive: true });
  const logOf = (name: string): string => join(folder, `facts.${name}.jsonl`);
  const factLogs = ['issuers', 'terminals', 'supervisor'].map(logOf);
  const tell = openFactLog(logOf('supervisor'));
  const ports = { issuers: await freePort(), terminals: await freePort(), mail: await freePort() };
  const platform = await startParts({
    folder,
    outsidePorts: ports,
    ...(options.guardOff === undefined ? {} : { guardOff: options.guardOff }),
    ...(options.smallDisk === undefined ? {} : { smallDisk: options.smallDisk }),
  });
  const api = createPublicApi(platform.baseUrl, platform.operatorToken);
  const outside: Child[] = [];
  const operator = startOperator(api, tell);
  try {
    await startOutside(platform, api, options, ports, logOf, outside);
    const begin = (phase: Phase): Promise<void> => tellPhase(ports, phase);
    say(`platform ready after ${seconds(Date.now() - startedMs)}`);
    const stage = { platform, tell, facts: () => readFacts(factLogs) };
    const play = (isLast: boolean): Promise<string[]> =>
      playScenes(
        options.scenes.filter((scene) => (scene.isLast ?? false) === isLast),
        stage,
        begin,
        say,
      );
    const missed = await play(false);
    if (options.orders > 0) await playRandomPlan(options, platform, begin, tell);
    platform.crashes.disarmAll();
    const lastFaultMs = Date.now();
    say(`faults end after ${seconds(lastFaultMs - startedMs)}`);
    await settle(api, operator, factLogs, lastFaultMs + options.boundMs);
    const settledAfterMs = Date.now() - lastFaultMs;
    missed.push(...(await play(true)));
    await settle(api, operator, factLogs, Date.now() + lastSettleMs);
    await operator.stop();
    // Where the platform does not answer, the judge has seen so in the calls before.
    await fetch(`http://127.0.0.1:${ports.issuers}/verify-again/40`, {
      method: 'POST',
      signal: AbortSignal.timeout(verifyAgainLimitMs),
    }).catch(() => undefined);
    const facts = readFacts(factLogs);
    const seen = await seeAll(
      api,
      facts.filter((fact) => fact.what === 'bought'),
      pickupUrlsOf(factLogs),
    );
    const verdicts = judge(facts, seen);
    const { mended, open } = await askEngine(platform, async (client) => ({
      mended: await countMended(client).catch(() => ({})),
      open: await saidOfOpen(client, verdicts),
    }));
    for (const [name, proxy] of platform.proxies) say(`${name} proxy touched ${proxy.touched()}`);
    return {
      seed,
      startedAt: new Date(startedMs).toISOString(),
      database: platform.databaseKind,
      ...verdicts,
      sometimes: countSometimes(
        facts,
        mended,
        platform.crashes.hits().map(({ point }) => point),
      ),
      missed,
      open,
      settledAfterMs,
      proxiesLateMs: Math.round(late.max / 1e6),
      tookMs: Date.now() - startedMs,
    };
  } finally {
    late.disable();
    await operator.stop();
    await Promise.all(outside.map((child) => child.stop(2_000)));
    await platform.stop();
  }
};

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const startOutside = async (
  platform: PlatformParts,
  api: PublicApi,
  { folder, windowSeconds }: RunOptions,
  ports: OutsidePorts,
  logOf: (name: string) => string,
  children: Child[],
): Promise<void> => {
  const urlOf = (name: 'issuers' | 'terminals'): string => `http://127.0.0.1:${platform.proxies.get(name)?.port}`;
  const issuers: Outside['issuers'][number][] = [];
  for (const issuer of issuersOf(windowSeconds)) {
    issuers.push({
      ...issuer,
      secret: await api.addIssuer(issuer, `${urlOf('issuers')}/callbacks/${issuer.issuerId}`),
    });
  }
  for (const name of ['issuers', 'terminals'] as const) {
    const told: Outside = {
      baseUrl: platform.baseUrl,
      terminalsUrl: urlOf('terminals'),
      mailPort: ports.mail,
      issuers,
      logFile: logOf(name),
    };
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(told), { mode: 0o600 });
    const main = join(__dirname, name === 'issuers' ? 'issuer-process.ts' : 'terminal-process.ts');
    children.push(
      startChild({
        name,
        command: process.execPath,
        args: ['-r', join(__dirname, 'ts-hook.cjs'), main, String(ports[name]), path],
        logFile: join(folder, 'logs', `${name}.log`),
      }),
    );
  }
  await tellPhase(ports, { phase: 'none', orders: [] });
};

const tellPhase = async (ports: OutsidePorts, phase: Phase): Promise<void> => {
  for (const port of [ports.terminals, ports.issuers]) {
    for (let n = 1; ; n += 1) {
      const isTaken = await fetch(`http://127.0.0.1:${port}/phase`, {
        method: 'POST',
        body: JSON.stringify(phase),
      }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isTaken) break;
      if (n > 100) throw new Error('a process of the suite does not listen');
      await pause(100);
    }
  }
};

/** Each scene: arm, place its orders, wait for the death, go on; its orders are judged at the end with all others. */
const playScenes = async (
  scenes: readonly Scene[],
  stage: Omit<Stage, 'place'>,
  begin: (phase: Phase) => Promise<void>,
  say: (line: string) => void,
): Promise<string[]> => {
  const missed: string[] = [];
  for (const scene of scenes) {
    await allUp(stage.platform);
    const isDone = await scene.play({
      ...stage,
      place: (orders: readonly PlannedOrder[]) => begin({ phase: scene.name, orders }),
    });
    if (!isDone) missed.push(scene.name);
    say(`${isDone ? 'hit' : 'MISSED'} ${scene.name}`);
  }
  return missed;
};

const playRandomPlan = async (
  { seed, orders, faultsMs, faultEveryMs }: RunOptions,
  platform: PlatformParts,
  begin: (phase: Phase) => Promise<void>,
  tell: ReturnType<typeof openFactLog>,
): Promise<void> => {
  const random = createRandom(`${seed}/faults`);
  const name = `r${seed.toString(36)}`;
  await begin({
    phase: 'random',
    orders: [...planOrders(seed, name, orders, faultsMs), ...planRaces(`${name}-race`, racesMax, faultsMs)],
  });
  const endMs = Date.now() + faultsMs;
  const running: Promise<void>[] = [];
  if (faultEveryMs === 0) await pause(faultsMs);
  const hasSmallDisk = platform.disk !== undefined;
  let deck = faultDeck(random, crashPointNames, { isFull: faultsMs > 120_000, hasSmallDisk });
  // One deck is always played to its end: what a seed reaches does not hang on the machine's speed.
  for (let dealt = 0, size = deck.length; Date.now() < endMs || dealt < size; dealt += 1) {
    if (deck.length === 0) deck = faultDeck(random, crashPointNames, { isFull: true, hasSmallDisk });
    const fault = deck.shift();
    if (fault) running.push(doFault(platform, fault, tell));
    await pause(faultEveryMs * (0.5 + random.next()));
  }
  await Promise.all(running);
};

/** Takes a paused issuer up again; of the orders that wait for a person it cancels every second one, and has the others sent again. */
const startOperator = (api: PublicApi, tell: ReturnType<typeof openFactLog>) => {
  let isStopping = false;
  const looked = new Set<string>();
  const look = async (): Promise<void> => {
    const { text } = await api.once('GET', '/issuers');
    const { data } = JSON.parse(text) as { data: { issuerId: string; state: string }[] };
    for (const { issuerId, state } of data) {
      if (state !== 'paused') continue;
      const { status } = await api.once('POST', `/issuers/${issuerId}/resume`);
      tell({ what: 'operator', issuerId, orderNo: '', action: 'resume', status });
    }
    const waiting = await api.once('GET', '/orders?state=undeliverable&limit=100');
    for (const { issuerId, orderNo } of (JSON.parse(waiting.text) as { data: { issuerId: string; orderNo: string }[] })
      .data) {
      if (looked.has(`${issuerId}/${orderNo}`)) continue;
      const action = Number(orderNo.split('-').at(-1)) % 2 === 1 ? 'cancel' : 'redeliver';
      tell({ what: 'operator', issuerId, orderNo, action: `${action}s`, status: 0 });
      const body = action === 'redeliver' ? {} : undefined;
      const { status } = await api.once('POST', `/orders/${issuerId}/${orderNo}/${action}`, body);
      tell({ what: 'operator', issuerId, orderNo, action, status });
      if (status === 200) looked.add(`${issuerId}/${orderNo}`);
    }
  };
  const loop = (async () => {
    while (!isStopping) {
      await look().catch(() => undefined);
      for (let n = 0; n < 20 && !isStopping; n += 1) await pause(100);
    }
  })();
  return {
    /** The orders that it is done with, so far. */
    done: (): ReadonlySet<string> => new Set(looked),
    stop: async (): Promise<void> => {
      isStopping = true;
      await loop;
    },
  };
};

/** Returns as soon as every order has ended and told all its events, or at the bound. */
const settle = async (
  api: PublicApi,
  operator: ReturnType<typeof startOperator>,
  factLogs: readonly string[],
  boundMs: number,
): Promise<void> => {
  for (;;) {
    const lookedAtMs = Date.now();
    const facts = readFacts(factLogs);
    const bought = facts.filter((fact) => fact.what === 'bought').length;
    // Read before the orders: one that is done with and undeliverable stays so.
    const done = operator.done();
    const listed = await api.listOrders().catch(() => []);
    const told = new Set(
      facts.flatMap((fact) =>
        fact.what === 'heard' && fact.data.sequence !== undefined
          ? [`${fact.issuerId}/${fact.orderNo}/${fact.data.sequence}`]
          : [],
      ),
    );
    const hasEnded = ({ issuerId, orderNo, state, sequence }: (typeof listed)[number]): boolean =>
      endStates.includes(state) &&
      (state !== 'undeliverable' || done.has(`${issuerId}/${orderNo}`)) &&
      Array.from({ length: sequence }, (_, n) => n + 1).every((n) => told.has(`${issuerId}/${orderNo}/${n}`));
    if (listed.length >= bought && listed.every(hasEnded)) return;
    if (Date.now() > boundMs) return;
    // A look at thousands of orders takes the platform's own processors.
    await pause(Math.max(2_000, 4 * (Date.now() - lookedAtMs)));
  }
};

const pickupUrlsOf = (factLogs: readonly string[]): Map<string, string> =>
  new Map(
    readFacts(factLogs).flatMap((fact) =>
      fact.what === 'answered' && fact.call === 'orders' && typeof fact.body.pickupUrl === 'string'
        ? [[`${fact.issuerId}/${fact.orderNo}`, fact.body.pickupUrl] as const]
        : [],
    ),
  );

const seeAll = async (
  api: PublicApi,
  bought: readonly FactOf<'bought'>[],
  pickupUrls: ReadonlyMap<string, string>,
): Promise<SeenOrder[]> => {
  const seen: SeenOrder[] = [];
  const rest = [...bought];
  const lane = async (): Promise<void> => {
    for (let order = rest.shift(); order; order = rest.shift()) {
      const one = await api.see(order, pickupUrls.get(`${order.issuerId}/${order.orderNo}`));
      if (one) seen.push(one);
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  const listed = await api.listOrders();
  const known = new Set(bought.map(({ issuerId, orderNo }) => `${issuerId}/${orderNo}`));
  for (const order of listed) {
    if (known.has(`${order.issuerId}/${order.orderNo}`)) continue;
    const one = await api.see(order, undefined);
    if (one) seen.push(one);
  }
  return seen;
};
