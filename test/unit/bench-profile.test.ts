import type { Profiler } from 'node:inspector';
import { addUp, partsOf, scaledTo } from '../../bench/profile/parts';
import { threadsBetween } from '../../bench/profile/threads';

const node = (id: number, functionName: string, url: string, children: number[] = []): Profiler.ProfileNode => ({
  id,
  callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
  children,
});

const profile: Profiler.Profile = {
  startTime: 0,
  endTime: 0,
  nodes: [
    node(1, '(root)', '', [2, 3, 4, 5, 9]),
    node(2, '(idle)', ''),
    node(3, '(garbage collector)', ''),
    node(4, 'accept', 'file:///p/dist/src/sealing/seal.js', [6]),
    node(5, 'onReadable', 'node:internal/streams', [7]),
    node(6, 'createCipheriv', 'node:crypto'),
    node(7, 'sendCommand', '/p/node_modules/mongodb/lib/cmap/connection.js', [8]),
    node(8, 'write', 'node:net'),
    node(9, 'turn', '/p/dist/bench/profile/hook.js'),
  ],
  samples: [2, 3, 6, 5, 8, 9],
  timeDeltas: [9_000, 1_000, 2_000, 3_000, 4_000, 90_000],
};

test('a sample belongs to the innermost frame that is not of Node itself; idling and the profiler count for nothing', () => {
  expect(partsOf(profile)).toEqual({
    'garbage collection': 1,
    'ours: sealing': 2,
    'Node: sockets, timers, promises': 3,
    'database driver': 4,
  });
});

test('parts are shares of the time that the kernel gave the thread', () => {
  expect(scaledTo(20, addUp([{ a: 1, b: 2 }, { b: 1 }]))).toEqual({ a: 5, b: 15 });
  expect(scaledTo(20, {})).toEqual({});
});

test('threads are told per order', () => {
  const times = { 'main thread': 10, 'workflow thread': 0, "the SDK's native core": 20, 'V8 and libuv': 30 };
  const later = { 'main thread': 30, 'workflow thread': 4, "the SDK's native core": 20, 'V8 and libuv': 40 };
  expect(threadsBetween(times, later, 2)).toEqual({
    'main thread': 10,
    'workflow thread': 2,
    "the SDK's native core": 0,
    'V8 and libuv': 5,
  });
});
