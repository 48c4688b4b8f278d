import type { Spread } from '../compare/statistics';
import { decadesAround, frame, grid, legend, linearY, logY, pictureSize, ticksTo } from './chart-frame';
import { circle, colours, line, picture, polyline, rect, text } from './svg';

interface Group {
  readonly name: string;
  readonly platform: Spread | undefined;
  readonly bare: Spread | undefined;
}

const { width, height } = pictureSize;
const bothSides = [
  { name: 'platform', colour: colours.platform },
  { name: 'bare order', colour: colours.bare },
];
const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const slots = (count: number) => {
  const slot = frame.width / count;
  return (n: number): { middle: number; slot: number } => ({ middle: frame.left + (n + 0.5) * slot, slot });
};
const under = (middle: number, words: string): string =>
  text(middle, frame.top + frame.height + 22, words, { anchor: 'middle' });

/** Two bars for each load: the median of the rounds, and a line from the lowest to the highest of them. */
export const barChart = (title: string, unit: string, groups: readonly Group[]): string => {
  const ticks = ticksTo(Math.max(...groups.flatMap(({ platform, bare }) => [platform?.max ?? 0, bare?.max ?? 0])));
  const y = linearY(frame, ticks);
  const at = slots(groups.length);
  const bars = groups.flatMap(({ name, platform, bare }, n) => {
    const { middle, slot } = at(n);
    const barWidth = Math.min(70, slot * 0.32);
    const bar = (spread: Spread | undefined, x: number, colour: string): string[] =>
      spread
        ? [
            rect(x, y(spread.median), barWidth, frame.top + frame.height - y(spread.median), colour),
            line(x + barWidth / 2, y(spread.min), x + barWidth / 2, y(spread.max), colours.ink, 1.5),
            text(x + barWidth / 2, y(spread.max) - 5, short(spread.median), { anchor: 'middle', size: 11 }),
          ]
        : [];
    return [
      ...bar(platform, middle - barWidth - 2, colours.platform),
      ...bar(bare, middle + 2, colours.bare),
      under(middle, name),
    ];
  });
  return picture(width, height, title, [...legend(bothSides), ...grid(frame, ticks, y, unit), ...bars]);
};

export interface Quantiles {
  readonly p50: Spread | undefined;
  readonly p95: Spread | undefined;
  readonly p99: Spread | undefined;
}

/** A line from p50 (large dot) over p95 to p99 (small dots) for each load and side; each step up is ten times as long. */
export const latencyChart = (
  title: string,
  groups: readonly { readonly name: string; readonly platform: Quantiles; readonly bare: Quantiles }[],
): string => {
  const all = groups.flatMap(({ platform, bare }) =>
    [platform, bare].flatMap(({ p50, p95, p99 }) => [p50, p95, p99].flatMap((spread) => spread?.median ?? [])),
  );
  const decades = decadesAround(Math.min(...all), Math.max(...all));
  const y = logY(frame, decades);
  const at = slots(groups.length);
  const marks = groups.flatMap(({ name, platform, bare }, n) => {
    const { middle, slot } = at(n);
    const mark = ({ p50, p95, p99 }: Quantiles, x: number, colour: string): string[] =>
      p50 && p99
        ? [
            line(x, y(p50.median), x, y(p99.median), colour, 3),
            circle(x, y(p50.median), 6, colour),
            ...(p95 ? [circle(x, y(p95.median), 4, colour)] : []),
            circle(x, y(p99.median), 4, colour),
            text(x + 10, y(p50.median) + 4, short(p50.median), { size: 11 }),
          ]
        : [];
    return [
      ...mark(platform, middle - slot * 0.22, colours.platform),
      ...mark(bare, middle + slot * 0.15, colours.bare),
      under(middle, name),
    ];
  });
  return picture(width, height, title, [
    ...legend(bothSides),
    ...grid(frame, decades, y, 'ms, large dot p50, small dots p95 and p99'),
    ...marks,
  ]);
};

const partColours: Readonly<Record<string, string>> = {
  api: '#1d4ed8',
  worker: '#60a5fa',
  engine: '#a3a3a3',
  database: '#16a34a',
};

/** What each process spends on one order, one upon the other. */
export const stackChart = (
  title: string,
  unit: string,
  stacks: readonly { readonly name: string; readonly parts: Readonly<Record<string, number>> }[],
): string => {
  const sum = (parts: Readonly<Record<string, number>>): number =>
    Object.keys(partColours).reduce((total, part) => total + (parts[part] ?? 0), 0);
  const ticks = ticksTo(Math.max(...stacks.map(({ parts }) => sum(parts))));
  const y = linearY(frame, ticks);
  const at = slots(stacks.length);
  const bars = stacks.flatMap(({ name, parts }, n) => {
    const { middle, slot } = at(n);
    const barWidth = Math.min(90, slot * 0.5);
    let from = 0;
    const pieces = Object.entries(partColours).flatMap(([part, colour]) => {
      const value = parts[part] ?? 0;
      const base = from;
      from += value;
      return value > 0 ? [rect(middle - barWidth / 2, y(from), barWidth, y(base) - y(from), colour)] : [];
    });
    return [...pieces, text(middle, y(from) - 5, short(from), { anchor: 'middle', size: 11 }), under(middle, name)];
  });
  const entries = Object.entries(partColours).map(([name, colour]) => ({ name, colour }));
  return picture(width, height, title, [...legend(entries), ...grid(frame, ticks, y, unit), ...bars]);
};

const timeColours = { offered: colours.faint, accepted: colours.platform, refused: '#dc2626', delivered: '#16a34a' };

/** Second by second, until the last accepted order was delivered. */
export const timeChart = (
  title: string,
  seconds: readonly Readonly<Record<keyof typeof timeColours, number>>[],
  saturation: number | undefined,
): string => {
  const names = Object.keys(timeColours) as (keyof typeof timeColours)[];
  const ticks = ticksTo(Math.max(saturation ?? 0, ...seconds.flatMap((second) => names.map((name) => second[name]))));
  const y = linearY(frame, ticks);
  const x = (n: number): number => frame.left + ((n + 0.5) / Math.max(1, seconds.length)) * frame.width;
  const step = Math.max(1, Math.ceil(seconds.length / 8));
  const curves = names.map((name) =>
    polyline(
      seconds.map((second, n) => [x(n), y(second[name])] as const),
      timeColours[name],
      name === 'offered' ? '4 3' : '',
    ),
  );
  const marks = seconds.flatMap((_, n) => (n % step === 0 ? [under(x(n), `${n} s`)] : []));
  const level =
    saturation === undefined
      ? []
      : [
          line(frame.left, y(saturation), frame.left + frame.width, y(saturation), colours.ink),
          text(frame.left + frame.width, y(saturation) - 4, 'saturation', { anchor: 'end', size: 11 }),
        ];
  const entries = names.map((name) => ({ name, colour: timeColours[name] }));
  return picture(width, height, title, [
    ...legend(entries),
    ...grid(frame, ticks, y, 'orders a second'),
    ...level,
    ...curves,
    ...marks,
  ]);
};
