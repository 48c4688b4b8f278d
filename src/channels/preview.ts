import type { Code } from '../contract/code';
import { instructionsFor } from '../domain/branding';
import { isTestIssuer } from '../domain/ids';
import type { Seller } from './channel';
import { messageOf } from './email/message';
import { messageWords } from './message-words';
import { pageScript, pageStyle } from './page/assets';
import { codePicture, codePng } from './page/barcode';
import { brandStyle, brandStyleHref } from './page/brand-style';
import type { PickupModel } from './page/pickup-model';
import { renderPickupPage } from './page/view';
import { smsParts } from './sms/parts';
import { textOf } from './sms/text';

interface PreviewOf {
  readonly issuerId: string;
  readonly seller: Seller;
  readonly product: string;
  readonly quantity: number;
  readonly language?: string | undefined;
  readonly publicUrl: string;
}

const madeUp = (quantity: number): Code[] =>
  Array.from({ length: quantity }, (_, n) => ({
    itemId: String(n + 1),
    value: `SAMPLE-${n + 1}-7Q4X`,
    secret: '0815',
    format: 'qr',
  }));

/** Always the same ones, as many as one preview may show. Each takes a processor for some hundredths of a second. */
const drawnOnce = <T>(draw: (code: Pick<Code, 'format' | 'value'>) => T) => {
  const pictures = new Map<string, { readonly picture: T }>();
  return (code: Pick<Code, 'format' | 'value'>): T => {
    const drawn = pictures.get(code.value) ?? { picture: draw(code) };
    pictures.set(code.value, drawn);
    return drawn.picture;
  };
};
const pngOf = drawnOnce(codePng);
const svgOf = drawnOnce(({ format, value }) => codePicture(format, value));

/** What a buyer would see, of codes that nobody issued. Nothing in it is loaded from anywhere. */
export const previewOf = async ({ issuerId, seller, product, quantity, language, publicUrl }: PreviewOf) => {
  // As long as a real one, or the parts of an SMS would be counted wrong.
  const pickupUrl = `${publicUrl}/p/${'sample'.padEnd(43, '0')}`;
  const order = { issuerId, orderNo: 'SAMPLE-1', product: { id: 'sample', name: product } };
  const codes = madeUp(quantity);
  const delivery = { order, codes, pickupUrl, seller, terminal: { language } };
  const { fromName, subject, text, html, pictures: inMail } = await messageOf(delivery, pngOf);
  const sms = textOf(delivery);
  return {
    mail: {
      fromName,
      subject,
      text,
      html: inMail.reduce(
        (whole, { name, png }) =>
          whole.replaceAll(`src="cid:${name}"`, `src="data:image/png;base64,${png.toString('base64')}"`),
        html,
      ),
    },
    sms: { text: sms, parts: smsParts(sms) },
    page: { html: pageOf({ issuerId, seller, product, quantity, language, publicUrl }, codes) },
  };
};

const pageOf = ({ issuerId, seller, product, quantity, language }: PreviewOf, codes: readonly Code[]): string => {
  const { name, branding, logo } = seller;
  const { words } = messageWords(seller, { language });
  const languages = [language, branding?.language].filter((one) => one !== undefined);
  const model: PickupModel = {
    orderNo: 'SAMPLE-1',
    isTest: isTestIssuer(issuerId),
    productName: product,
    sellerName: name,
    logo,
    color: branding?.color,
    supportEmail: branding?.supportEmail,
    supportUrl: branding?.supportUrl,
    instructions: instructionsFor({}, branding, languages),
    quantity,
    good: quantity,
    ready: quantity,
    outstanding: 0,
    state: 'delivered',
    codes: codes.map((code) => ({ ...code, pictureSvg: svgOf(code) })),
    reportUrl: '',
    eventsUrl: '',
    revealUrl: '',
    downloads: { csv: '', voucher: '' },
  };
  const sheet = (href: string): string => `<link rel="stylesheet" href="${href}">`;
  const style = (css: string): string => `<style>${css}</style>`;
  const color = branding?.color;
  const page = renderPickupPage(model, words)
    .replace(`<script src="${pageScript.href}" defer></script>`, '')
    .replace(sheet(pageStyle.href), () => style(pageStyle.body.toString()));
  if (color === undefined) return page;
  return page.replace(sheet(brandStyleHref(color)), () => style(brandStyle(color.slice(1).toLowerCase()) ?? ''));
};
