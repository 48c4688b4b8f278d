import bwipjs from 'bwip-js/node';

interface Drawing {
  readonly bcid: string;
  readonly text: string;
  readonly padding?: number;
  readonly paddingwidth?: number;
  readonly paddingheight?: number;
  readonly [option: string]: string | number | boolean | undefined;
}

interface Squares {
  readonly pixs: readonly number[];
  readonly pixx: number;
  readonly pixy: number;
  readonly width: number;
  readonly height: number;
}

interface Bars {
  /** Bars and the spaces between them in turn, in modules. */
  readonly sbs: readonly number[];
  /** All bars are of one height. */
  readonly bhs: readonly number[];
}

const pointsPerInch = 72;
const pointsPerMm = pointsPerInch / 25.4;

/** An area of the drawing: x, y, width, height. */
type Area = readonly [number, number, number, number];

/**
 * A symbol without text, drawn as the library draws it and in half of its time: that looks nine groups of texts over for
 * each symbol. `scale` is what a narrowest bar takes.
 */
export const symbolSvg = (options: Drawing, scale: number): string => {
  const { padding = 0, paddingwidth: across = padding, paddingheight: down = padding } = options;
  const [symbol] = bwipjs.raw(options);
  if (!symbol) throw new RangeError('nothing to draw');
  const { areas, width, height } = 'pixs' in symbol ? squares(symbol, scale) : bars(symbol, scale);
  const [left, top] = [across * scale, down * scale];
  const path = areas.map(([x, y, w, h]) => `M${left + x} ${top + y}h${w}v${h}h-${w}z`).join('');
  return `<svg viewBox="0 0 ${width + 2 * left} ${height + 2 * top}" xmlns="http://www.w3.org/2000/svg">
<rect width="100%" height="100%" fill="#FFFFFF" />
<path d="${path}" fill="#000000" />
</svg>
`;
};

interface Drawn {
  readonly areas: readonly Area[];
  readonly width: number;
  readonly height: number;
}

const squares = ({ pixs, pixx, pixy, width, height }: Squares, scale: number): Drawn => {
  const unit = {
    x: Math.round((width * pointsPerInch * scale) / pixx),
    y: Math.round((height * pointsPerInch * scale) / pixy),
  };
  const areas: Area[] = [];
  for (let y = 0; y < pixy; y += 1) {
    for (let from = 0, x = 0; x <= pixx; x += 1) {
      const isDark = x < pixx && pixs[y * pixx + x] === 1;
      if (isDark) continue;
      if (x > from) areas.push([from * unit.x, y * unit.y, (x - from) * unit.x, unit.y]);
      from = x + 1;
    }
  }
  return { areas, width: pixx * unit.x, height: pixy * unit.y };
};

const bars = ({ sbs, bhs }: Bars, scale: number): Drawn => {
  const height = Math.ceil((bhs[0] ?? 0) * pointsPerMm * scale);
  const areas: Area[] = [];
  let x = 0;
  for (const [n, modules] of sbs.entries()) {
    if (n % 2 === 0) areas.push([x, 0, modules * scale, height]);
    x += modules * scale;
  }
  return { areas, width: x, height };
};
