/** A time at which something takes place: a code that is valid longer than this is no appointment, but begins with one. */
const longestMs = 86_400_000;
const lineMaxBytes = 75;

export interface Appointment {
  readonly uid: string;
  readonly title: string;
  readonly details: readonly string[];
  readonly startsAtMs: number;
  readonly expiresAtMs?: number | undefined;
}

const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

const escaped = (text: string): string =>
  text
    .replaceAll(/[\\;,]/g, (character) => `\\${character}`)
    .replaceAll(/\r\n|\r|\n/g, '\\n')
    .replaceAll(/\p{Cc}/gu, ' ');

/** RFC 5545: a long line goes on behind a line break and a space, never within a character. */
const folded = (line: string): string => {
  const parts = [''];
  for (const character of line) {
    const last = parts.length - 1;
    if (Buffer.byteLength(`${parts[last]}${character}`) <= lineMaxBytes - (last > 0 ? 1 : 0)) parts[last] += character;
    else parts.push(character);
  }
  return parts.join('\r\n ');
};

/** Called by the page's download. Calendars are shared: no code and no link is in it. */
export const calendarFile = (appointments: readonly Appointment[], nowMs: number): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Codeferry//Codeferry//EN',
    ...appointments.flatMap(({ uid, title, details, startsAtMs, expiresAtMs }) => [
      'BEGIN:VEVENT',
      `UID:${uid}`,
      `DTSTAMP:${utc(nowMs)}`,
      `DTSTART:${utc(startsAtMs)}`,
      ...(expiresAtMs !== undefined && expiresAtMs - startsAtMs <= longestMs ? [`DTEND:${utc(expiresAtMs)}`] : []),
      `SUMMARY:${escaped(title)}`,
      ...(details.length > 0 ? [`DESCRIPTION:${escaped(details.join('\n'))}`] : []),
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n');
