import type { CodeFormat } from '../../domain/code-formats';
import { codePicture, narrowestBars } from './barcode';
import type { PickupCode } from './code-list';

export interface PicturedCode {
  readonly format: CodeFormat;
  readonly value: string;
}

export type CodePictures = Pick<PickupCode, 'pictureSvg' | 'asQrSvg' | 'isAlwaysQr'>;

/** Side by side on a phone and on any screen: with more, the narrowest is less than a pixel. */
const barsMax = { phone: 200, screen: 450 } as const;

/** Called for each code that a page shows as a picture. */
export const codePictures = ({ format, value }: PicturedCode): CodePictures => {
  const pictureSvg = codePicture(format, value);
  if (pictureSvg === undefined) return {};
  const bars = narrowestBars(format, pictureSvg);
  if (bars <= barsMax.phone) return { pictureSvg };
  return { pictureSvg, asQrSvg: codePicture('qr', value), isAlwaysQr: bars > barsMax.screen };
};
