import { EventEmitter } from 'node:events';
import type { Request } from 'express';
import { createHeldBytes } from '../../src/api/edge/held-bytes';

const kiB = 1_024;

const started = (hold: ReturnType<typeof createHeldBytes>) => {
  const socket = { isDestroyed: false, destroy: () => undefined as unknown };
  const request = Object.assign(new EventEmitter(), { socket });
  socket.destroy = () => {
    socket.isDestroyed = true;
    return request.emit('close');
  };
  const end = hold(request as unknown as Request);
  return { end, socket, send: (size: number) => request.emit('data', Buffer.alloc(size * kiB)) };
};

test('bodies that are still being read hold so much together: the largest one is cut off, and what is read whole counts no more', () => {
  const hold = createHeldBytes(1_000 * kiB);
  const dawdlers = Array.from({ length: 3 }, () => started(hold));
  for (const [n, { send }] of dawdlers.entries()) send(300 + n);
  const small = started(hold);
  small.send(90);
  expect(dawdlers.map(({ socket }) => socket.isDestroyed)).toEqual([false, false, false]);
  small.send(10);
  expect(dawdlers.map(({ socket }) => socket.isDestroyed)).toEqual([false, false, true]);
  dawdlers[0]?.end();
  const next = started(hold);
  next.send(590);
  expect([dawdlers[1], small, next].map((one) => one?.socket.isDestroyed)).toEqual([false, false, false]);
  next.send(20);
  expect([dawdlers[1], small, next].map((one) => one?.socket.isDestroyed)).toEqual([false, false, true]);
});

test('however small its pieces are, a body in chunks takes of the room what they take of the memory', () => {
  const hold = createHeldBytes(100 * kiB);
  const [crumbs, other] = [started(hold), started(hold)];
  other.send(40);
  for (let n = 0; n < 100; n += 1) crumbs.send(1 / kiB);
  expect([crumbs, other].map(({ socket }) => socket.isDestroyed)).toEqual([false, false]);
  for (let n = 0; n < 40; n += 1) crumbs.send(1 / kiB);
  expect([crumbs, other].map(({ socket }) => socket.isDestroyed)).toEqual([true, false]);
});

test('a body of crumbs without end is cut off, and one in small pieces is not', () => {
  const hold = createHeldBytes(1_000_000 * kiB);
  const [crumbs, pieces] = [started(hold), started(hold)];
  for (let n = 0; n < 5_000; n += 1) {
    if (!crumbs.socket.isDestroyed) crumbs.send(1 / kiB);
    pieces.send(64 / kiB);
  }
  expect([crumbs, pieces].map(({ socket }) => socket.isDestroyed)).toEqual([true, false]);
});
