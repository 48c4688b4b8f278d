import { colours, line, rect, text } from './svg';

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const frame: Frame = { left: 64, top: 72, width: 620, height: 250 };
export const pictureSize = { width: 720, height: 370 } as const;

const steps = [1, 2, 2.5, 5, 10];
const wantedTicks = 5;

/** Round numbers from nought to at least the highest value. */
export const ticksTo = (highest: number): number[] => {
  const rough = Math.max(highest, 1e-9) / wantedTicks;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = (steps.find((one) => one * magnitude >= rough) ?? 10) * magnitude;
  const count = Math.ceil(Math.max(highest, 1e-9) / step);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
};

/** Powers of ten around all values. */
export const decadesAround = (lowest: number, highest: number): number[] => {
  const from = Math.floor(Math.log10(Math.max(lowest, 1e-3)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(highest, 1e-3))));
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
};

export const linearY = ({ top, height }: Frame, ticks: readonly number[]) => {
  const highest = ticks.at(-1) ?? 1;
  return (value: number): number => top + height - (Math.min(value, highest) / highest) * height;
};

export const logY = ({ top, height }: Frame, decades: readonly number[]) => {
  const from = Math.log10(decades[0] ?? 1);
  const to = Math.log10(decades.at(-1) ?? 10);
  return (value: number): number => top + height - ((Math.log10(Math.max(value, 1e-3)) - from) / (to - from)) * height;
};

export const grid = (
  { left, width, top }: Frame,
  ticks: readonly number[],
  y: (value: number) => number,
  unit: string,
): string[] => [
  text(left, top - 10, unit, { size: 11, fill: colours.faint }),
  ...ticks.flatMap((tick) => [
    line(left, y(tick), left + width, y(tick), colours.grid),
    text(left - 8, y(tick) + 4, tick.toLocaleString('en'), { anchor: 'end', size: 11, fill: colours.faint }),
  ]),
];

const letterWidth = 7;

export const legend = (entries: readonly { readonly name: string; readonly colour: string }[]): string[] => {
  let x = frame.left;
  return entries.flatMap(({ name, colour }) => {
    const at = x;
    x += 34 + name.length * letterWidth;
    return [rect(at, 38, 12, 12, colour), text(at + 18, 48, name)];
  });
};
