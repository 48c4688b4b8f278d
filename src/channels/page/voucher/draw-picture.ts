const viewBoxPattern = /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/;
const pathPattern = /<path ([^<>]*?)\/>/g;

const attribute = (text: string, name: string): string | undefined =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1];

/** Draws what `codePicture` drew, as lines and areas: sharp at any size. Returns the height that it took. */
export const drawPicture = (
  document: PDFKit.PDFDocument,
  svg: string,
  {
    x,
    y,
    width,
    heightMax,
  }: { readonly x: number; readonly y: number; readonly width: number; readonly heightMax: number },
): number => {
  const [, boxWidth = '1', boxHeight = '1'] = viewBoxPattern.exec(svg) ?? [];
  const scale = Math.min(width / Number(boxWidth), heightMax / Number(boxHeight));
  document.save();
  document.translate(x + (width - scale * Number(boxWidth)) / 2, y).scale(scale);
  document.rect(0, 0, Number(boxWidth), Number(boxHeight)).fill('#ffffff');
  for (const [, attributes = ''] of svg.matchAll(pathPattern)) {
    const path = attribute(attributes, 'd');
    const stroke = attribute(attributes, 'stroke');
    if (path === undefined) continue;
    document.path(path);
    if (stroke) document.lineWidth(Number(attribute(attributes, 'stroke-width') ?? 1)).stroke(stroke);
    else if (attribute(attributes, 'fill') !== '#FFFFFF') document.fill('#000000', 'even-odd');
  }
  document.restore();
  return scale * Number(boxHeight);
};
