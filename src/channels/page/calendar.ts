/** A code that is valid longer than this is no appointment: it begins and ends with one. */
const longestMs = 86_400_000;
const lineMaxBytes = 75;
/** Beyond, it is told only what it is that takes place so often: with all the rest in each, 10,000 would be 80 MB. */
const toldInFullMax = 50;

/** What takes place at all the times of one calendar. */
export interface CalendarOf {
  readonly title: string;
  /** Of an end that is an appointment of its own. */
  readonly endTitle: string;
  readonly details: readonly string[];
}

export interface Appointment {
  readonly uid: string;
  readonly startsAtMs: number;
  readonly expiresAtMs?: number | undefined;
  /** It is when codes end. */
  readonly isEnd?: boolean;
}

/** What takes place takes as long as it is valid, at most a day; of all else beginning and end are apart. */
export const appointmentsOf = ({
  startsAtMs,
  expiresAtMs,
}: {
  readonly startsAtMs?: number | undefined;
  readonly expiresAtMs?: number | undefined;
}): Omit<Appointment, 'uid'>[] => {
  if (startsAtMs !== undefined && expiresAtMs !== undefined && expiresAtMs - startsAtMs <= longestMs) {
    return [{ startsAtMs, expiresAtMs }];
  }
  return [
    ...(startsAtMs === undefined ? [] : [{ startsAtMs }]),
    ...(expiresAtMs === undefined ? [] : [{ startsAtMs: expiresAtMs, isEnd: true }]),
  ];
};

const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

const escaped = (text: string): string =>
  text
    .replaceAll(/[\\;,]/g, (character) => `\\${character}`)
    .replaceAll(/\r\n|[\r\n\u2028\u2029]/g, '\\n')
    .replaceAll(/\p{Cc}/gu, ' ');

/** RFC 5545: a long line goes on behind a line break and a space, never within a character. */
const folded = (line: string): string => {
  const parts: string[] = [];
  let part = '';
  let leftBytes = lineMaxBytes;
  for (const character of line) {
    const bytes = Buffer.byteLength(character);
    if (bytes > leftBytes) {
      parts.push(part);
      part = '';
      leftBytes = lineMaxBytes - 1;
    }
    part += character;
    leftBytes -= bytes;
  }
  return [...parts, part].join('\r\n ');
};

/** Called by the page's download. Calendars are shared: no code and no link is in it. */
export const calendarFile = (
  { title, endTitle, details }: CalendarOf,
  appointments: readonly Appointment[],
  nowMs: number,
): string => {
  // The same in each: written once, as 10,000 keep whoever writes them for long.
  const [summary, endSummary] = [title, endTitle].map((text) => folded(`SUMMARY:${escaped(text)}`));
  const told =
    details.length > 0 && appointments.length <= toldInFullMax
      ? [folded(`DESCRIPTION:${escaped(details.join('\n'))}`)]
      : [];
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Codeferry//Codeferry//EN',
    ...appointments.flatMap(({ uid, startsAtMs, expiresAtMs, isEnd }) => [
      'BEGIN:VEVENT',
      `UID:${uid}`,
      `DTSTAMP:${utc(nowMs)}`,
      `DTSTART:${utc(startsAtMs)}`,
      ...(expiresAtMs === undefined ? [] : [`DTEND:${utc(expiresAtMs)}`]),
      ...(isEnd ? [endSummary] : [summary]),
      ...told,
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
    '',
  ].join('\r\n');
};
