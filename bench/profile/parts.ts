import type { Profiler } from 'node:inspector';

/** Milliseconds by part of the program, of a thread while it was not idle. */
export type Parts = Readonly<Record<string, number>>;

const microsecondsInMs = 1_000;

/** First match wins; a frame of Node itself belongs to whoever called it. */
const packages: readonly [RegExp, string][] = [
  [/node_modules\/@temporalio\/(?:worker|core-bridge)\//, 'Temporal: worker'],
  [
    /node_modules\/@temporalio\/(?:client|proto|common)\/|node_modules\/(?:@grpc|protobufjs|@protobufjs|long|nice-grpc)/,
    'Temporal: client, protobuf, gRPC',
  ],
  [/node_modules\/@temporalio\//, 'Temporal: other'],
  [/workflow-bundle|bare-workflow\.js|workflows\.js/, 'workflow code in its sandbox'],
  [/node_modules\/(?:mongodb|bson|mongodb-connection-string-url)\//, 'database driver'],
  [
    /node_modules\/(?:express|router|body-parser|raw-body|send|finalhandler|helmet|path-to-regexp|qs|accepts|type-is|content-type|on-finished|etag|fresh|mime-types|negotiator|parseurl|proxy-addr)\//,
    'Express',
  ],
  [/node_modules\/undici\//, 'calls out (undici)'],
  [/node_modules\/(?:pino|sonic-boom|thread-stream)/, 'log (pino)'],
  [/node_modules\/zod\//, 'schemas (zod)'],
  [/node_modules\/prom-client\//, 'metrics (prom-client)'],
  [/node_modules\/([^/]+)\//, 'other packages'],
];
/** The hook's own work, at the begin and the end of a profile. */
const hook = /\/bench\/profile\//;
const own = /\/dist\/(src|workflows|activities|worker|test)\/(?:([a-z-]+)\/)?/;

const partOfUrl = (url: string): string | undefined => {
  if (url === '' || url.startsWith('node:')) return undefined;
  const known = packages.find(([pattern]) => pattern.test(url));
  if (known) return known[1];
  const [, top, folder] = own.exec(url) ?? [];
  if (top === undefined) return 'other';
  return `ours: ${top === 'src' && folder !== undefined ? folder : top === 'test' ? 'bare' : top}`;
};

const roots: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'native code without a frame',
};

/** Each sample's time goes to the innermost frame that is not Node's own. */
export const partsOf = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Parts => {
  const parents = new Map<number, number>();
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame] as const));
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const partOf = (leaf: number): string | undefined => {
    const name = frames.get(leaf)?.functionName ?? '';
    if (name === '(idle)') return undefined;
    const root = roots[name];
    if (root !== undefined) return root;
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const url = frames.get(id)?.url ?? '';
      if (hook.test(url)) return undefined;
      const part = partOfUrl(url);
      if (part !== undefined) return part;
    }
    return 'Node: sockets, timers, promises';
  };
  const known = new Map<number, string | undefined>();
  const parts: Record<string, number> = {};
  samples.forEach((leaf, n) => {
    if (!known.has(leaf)) known.set(leaf, partOf(leaf));
    const part = known.get(leaf);
    if (part !== undefined) parts[part] = (parts[part] ?? 0) + (timeDeltas[n] ?? 0) / microsecondsInMs;
  });
  return parts;
};

export const addUp = (all: readonly Parts[]): Parts => {
  const sums: Record<string, number> = {};
  for (const parts of all) for (const [name, ms] of Object.entries(parts)) sums[name] = (sums[name] ?? 0) + ms;
  return sums;
};

export const scaledTo = (totalMs: number, parts: Parts): Parts => {
  const sum = Object.values(parts).reduce((total, ms) => total + ms, 0);
  return Object.fromEntries(Object.entries(parts).map(([name, ms]) => [name, (ms * totalMs) / Math.max(sum, 1e-9)]));
};
