import { createStatusReader } from '../../src/outbound/status-line';

const statusOf = (pieces: readonly string[]): number | undefined => {
  const read = createStatusReader();
  return pieces.map((piece) => read(Buffer.from(piece))).find((status) => status !== undefined);
};

test.each([
  ['HTTP/1.1 204 No Content\r\n', 204],
  ['HTTP/1.0 200\r\n', 200],
  ['HTTP/1.1 500\n', 500],
  ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 409 Conflict\r\n', 409],
  ['HTTP/1.1 100\nx: HTTP/1.1 500 \n\nHTTP/1.1 201\n', 201],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n', undefined],
  ['HTTP/1.1 200 OK', undefined],
  ['HTTP/1.1 2000 OK\r\nHTTP/1.1 200 OK\r\n', undefined],
  ['HTTP/2 200 OK\r\n', undefined],
  ['\r\nHTTP/1.1 200 OK\r\n', undefined],
  [`HTTP/1.1 103 Early Hints\r\nx: ${'a'.repeat(70_000)}\r\n\r\nHTTP/1.1 200 OK\r\n`, undefined],
])('the status is the same in whatever pieces it comes: %#', (text, status) => {
  expect(statusOf([text])).toBe(status);
  expect(statusOf([...text])).toBe(status);
  expect(statusOf(text.split(/(?<=[\n\r])/))).toBe(status);
});

test('a head in pieces of one byte is looked at once, not anew with each', () => {
  const search = jest.spyOn(RegExp.prototype, 'exec');
  const read = createStatusReader();
  read(Buffer.from(`HTTP/1.1 103 Early Hints\r\nx: ${'a'.repeat(10_000)}`));
  for (let n = 0; n < 1_000; n += 1) read(Buffer.from('a'));
  const searched = search.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
  search.mockRestore();
  expect(searched).toBeLessThan(11_050);
  expect(read(Buffer.from('\r\n\r\nHTTP/1.1 204 No Content\r\n'))).toBe(204);
});
