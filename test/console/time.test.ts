import './page';
import { clockText, fieldInstant, fieldText, timeZone } from '../../src/pages-kit/time';

test('times are shown and typed on the clock of the chosen zone', () => {
  timeZone.set('Asia/Kathmandu');
  expect(timeZone.get()).toBe('Asia/Kathmandu');
  expect(clockText('2026-01-02T12:00:00.000Z')).toContain('17:45:00');
  expect(fieldText('2026-01-02T22:00:00.000Z')).toBe('2026-01-03T03:45');
  expect(fieldInstant('2026-01-03T03:45')).toBe('2026-01-02T22:00:00.000Z');
  timeZone.set('UTC');
  expect(clockText('2026-01-02T12:00:00.000Z')).toContain('12:00:00');
});

test('a typed time stands where the clock stood on that day, also beside the hour that is put forward', () => {
  timeZone.set('Europe/Berlin');
  expect(fieldInstant('2026-01-15T12:00')).toBe('2026-01-15T11:00:00.000Z');
  expect(fieldInstant('2026-07-15T12:00')).toBe('2026-07-15T10:00:00.000Z');
  expect(fieldInstant('2026-03-29T03:30')).toBe('2026-03-29T01:30:00.000Z');
  for (const none of ['', 'tomorrow']) expect(fieldInstant(none)).toBe('');
  expect(fieldText(null)).toBe('');
});

test('a time of another year says which, one of this year does not', () => {
  timeZone.set('UTC');
  const year = new Date().getUTCFullYear();
  expect(clockText(`${year + 1}-06-01T00:00:00.000Z`)).toContain(String(year + 1));
  const other = new Date().getUTCMonth() === 5 ? '03' : '06';
  expect(clockText(`${year}-${other}-01T00:00:00.000Z`)).not.toContain(String(year));
});
