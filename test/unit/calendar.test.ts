import { appointmentsOf, calendarFile } from '../../src/channels/page/calendar';

const hourMs = 3_600_000;
const times = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ uid: `u${n}`, startsAtMs: n * hourMs, expiresAtMs: (n + 1) * hourMs }));
const lineBreaks = ['\r\n', '\r', '\n', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029'];

test.each(lineBreaks)(
  'no text begins a line of the calendar with %j, whatever a reader takes for a line break',
  (br) => {
    const text = `a${br}BEGIN:VALARM`;
    const file = calendarFile({ title: text, endTitle: text, details: [text, 'b'] }, times(1), 0);
    expect(file.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}|[\u2028\u2029]/u);
    expect(file).not.toMatch(/^BEGIN:VALARM/m);
  },
);

test.each(['é', '码', '🎫', 'x', ';'])('long lines of %j are folded within 75 bytes, and are whole again', (one) => {
  const file = calendarFile({ title: one.repeat(200), endTitle: '', details: [] }, times(1), 0);
  for (const line of file.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(file.replaceAll('\r\n ', '')).toContain(`SUMMARY:${one.repeat(200).replaceAll(';', '\\;')}\r\n`);
});

test('10,000 times are each in it once, and what they are is written once', () => {
  const measured = jest.spyOn(Buffer, 'byteLength');
  const file = calendarFile({ title: '码'.repeat(200), endTitle: '', details: ['码'.repeat(2_000)] }, times(10_000), 0);
  const calls = measured.mock.calls.length;
  measured.mockRestore();
  expect(file.match(/^DTSTART:/gm)).toHaveLength(10_000);
  expect(calls).toBeLessThan(10_000);
  expect(Buffer.byteLength(file)).toBeLessThan(16 * 1_024 * 1_024);
});

test.each([
  [
    'a ticket: from beginning to end',
    { startsAtMs: 0, expiresAtMs: hourMs },
    ['19700101T000000Z-19700101T010000Z Show'],
  ],
  [
    'a gift card: from when it is valid, and until when',
    { startsAtMs: 0, expiresAtMs: 48 * hourMs },
    ['19700101T000000Z Show', '19700103T000000Z Valid until: Show'],
  ],
  ['what ends alone: its end', { expiresAtMs: hourMs }, ['19700101T010000Z Valid until: Show']],
  ['what begins alone: its beginning', { startsAtMs: 0 }, ['19700101T000000Z Show']],
  ['without a time: nothing', {}, []],
])('a calendar has %s', (_what, times, expected) => {
  const appointments = appointmentsOf(times).map((one, n) => ({ ...one, uid: `${n}` }));
  const file = calendarFile({ title: 'Show', endTitle: 'Valid until: Show', details: [] }, appointments, 0);
  const found = [...file.matchAll(/DTSTART:(.*)\r\n(?:DTEND:(.*)\r\n)?SUMMARY:(.*)\r\n/g)];
  expect(found.map(([, from, to, title]) => `${from}${to ? `-${to}` : ''} ${title}`)).toEqual(expected);
});
