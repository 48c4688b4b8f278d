import type uPlot from 'uplot';
import { spanText } from '../domain/words/span-text';
import { minuteText } from '../pages-kit/time';
import type { Overview } from './answers';

/** uPlot, which index.html loads beside the modules. */
const Plot = (window as unknown as { readonly uPlot: typeof uPlot }).uPlot;

type Minutes = Overview['minutes'];
/** What a bar tells, whatever its span. */
type Bars = readonly Pick<Minutes[number], 'at' | 'delivered' | 'under_way' | 'failed'>[];
type Hover = (index: number | null | undefined) => void;
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const heightPx = 190;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const font = '12px system-ui, sans-serif';

const axis = (changes: uPlot.Axis): uPlot.Axis => ({
  stroke: () => colour('--ink-soft'),
  grid: { stroke: () => colour('--line'), width: 1 },
  ticks: { show: false },
  font,
  ...changes,
});

/** Marks stand on the clock's quarters and tens, not on wherever the hour began. */
const timeAxis = (text: (atMs: number) => string = minuteText) =>
  axis({
    grid: { show: false },
    size: 28,
    space: 60,
    incrs: [60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800],
    values: (_plot, marks) => marks.map((at) => text(at * 1_000)),
  });

/** Keeps a chart as wide as its box and in the colours of day or night, until the view closes. */
const keep = (
  box: HTMLElement,
  signal: AbortSignal,
  optionsOf: () => Omit<uPlot.Options, 'width' | 'height'>,
  first: uPlot.AlignedData,
) => {
  let data = first;
  let plot: uPlot | undefined;
  const draw = (): void => {
    plot?.destroy();
    plot = new Plot(
      { width: Math.max(200, box.clientWidth), height: heightPx, legend: { show: false }, ...optionsOf() },
      data,
      box,
    );
  };
  const sizes = new ResizeObserver(() => plot?.setSize({ width: Math.max(200, box.clientWidth), height: heightPx }));
  draw();
  sizes.observe(box);
  dark.addEventListener('change', draw, { signal });
  signal.addEventListener('abort', () => {
    sizes.disconnect();
    plot?.destroy();
  });
  return (next: uPlot.AlignedData): void => {
    data = next;
    plot?.setData(next);
  };
};

const cursor = { y: false, drag: { x: false, y: false }, points: { show: false } };

/** For all charts: two thirds of a bar of room at either side, and a top of `headroom` times the highest value, at least `leastTop`. */
const byMinute = (
  onHover: Hover,
  leastTop: number,
  headroom: number,
  barSeconds = 60,
): Pick<uPlot.Options, 'padding' | 'cursor' | 'hooks' | 'scales'> => ({
  padding: [8, 8, 0, 0],
  cursor,
  hooks: { setCursor: [({ cursor: { idx } }) => onHover(idx)] },
  scales: {
    x: { time: false, range: (_plot, min, max) => [min - barSeconds / 1.5, max + barSeconds / 1.5] },
    y: { range: (_plot, _min, max) => [0, Math.max(leastTop, max * headroom)] },
  },
});

/** Orders by time, one bar a minute or span: delivered below, on their way and failed on top of it. */
export const ordersChart = (
  box: HTMLElement,
  signal: AbortSignal,
  onHover: Hover,
  barSeconds = 60,
  text: (atMs: number) => string = minuteText,
) => {
  const bars = Plot.paths.bars?.({ size: [0.72, 20], radius: 0.15 });
  const layer = (name: string): uPlot.Series => ({
    fill: () => colour(name),
    stroke: () => colour(name),
    width: 0,
    ...(bars ? { paths: bars } : {}),
    points: { show: false },
  });
  return keep(
    box,
    signal,
    () => ({
      ...byMinute(onHover, 4, 1.1, barSeconds),
      axes: [timeAxis(text), axis({ size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] })],
      series: [{}, layer('--chart-failed'), layer('--chart-way'), layer('--chart-good')],
    }),
    stacked([]),
  );
};

/** The tallest layer first: each next one is drawn over its lower part. */
export const stacked = (minutes: Bars): uPlot.AlignedData => [
  minutes.map(({ at }) => Date.parse(at) / 1_000),
  minutes.map((m) => m.delivered + m.under_way + m.failed),
  minutes.map((m) => m.delivered + m.under_way),
  minutes.map((m) => m.delivered),
];

/** Time from payment to code by the minute in which it was paid. */
export const timesChart = (box: HTMLElement, signal: AbortSignal, onHover: Hover) => {
  const line = (name: string, width: number): uPlot.Series => ({
    stroke: () => colour(name),
    width,
    spanGaps: true,
    points: { show: true, size: 4, fill: () => colour(name) },
  });
  return keep(
    box,
    signal,
    () => ({
      ...byMinute(onHover, 1, 1.15),
      axes: [
        timeAxis(),
        axis({ size: 52, values: (_plot, seconds) => seconds.map((at) => (at === 0 ? '0' : spanText(at * 1_000))) }),
      ],
      series: [{}, line('--chart-way', 1.5), line('--chart-good', 2)],
    }),
    times([]),
  );
};

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

export const times = (minutes: Minutes): uPlot.AlignedData => [
  minutes.map(({ at }) => Date.parse(at) / 1_000),
  minutes.map(({ toCode }) => seconds(toCode.p95Ms)),
  minutes.map(({ toCode }) => seconds(toCode.p50Ms)),
];
