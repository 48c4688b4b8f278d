import { cursorOf, positionOf } from '../../src/api/edge/paging';
import { Failure } from '../../src/domain/failures';

const position = '2026-03-01T10:00:00.000Z/acme/A~1._-';

test('a cursor gives back the position that it was made of, and is opaque and safe in a URL', () => {
  const cursor = cursorOf(position);
  expect(positionOf(cursor)).toBe(position);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(cursor).not.toContain('acme');
});

test.each([
  ['nothing', ''],
  ['no base64', '!!!'],
  ['another text', cursorOf('hello')],
  ['an operator that a database would read', cursorOf('{"$gt":""}')],
  ['a position without an order', cursorOf('2026-03-01T10:00:00.000Z/')],
  ['a position with a line break', cursorOf(`${position}\n`)],
  ['a second spelling of the same bytes', `${cursorOf(position)}=`],
  ['a cursor with a tail', `${cursorOf(position)}A`],
])('%s is refused at /cursor', (_what, cursor) => {
  expect.assertions(2);
  try {
    positionOf(cursor);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ code: 'body_invalid', extras: { errors: [{ path: '/cursor' }] } });
  }
});
