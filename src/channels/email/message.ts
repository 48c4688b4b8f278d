import { pngOf } from '../../branding/logo';
import { paletteOf } from '../../branding/palette';
import type { Code } from '../../contract/code';
import { filledIn, instructionsFor } from '../../domain/branding';
import { isTestIssuer } from '../../domain/ids';
import type { Delivery } from '../channel';
import { codesInMessage } from '../codes-in-message';
import { messageWords } from '../message-words';
import { oneLine } from '../one-line';
import { html, type Markup } from '../page/html';
import { marked } from '../test-mark';
import { type DrawPng, messageCodes } from './message-codes';

type MailOf = Pick<
  Delivery<{ readonly language?: string | undefined; readonly pin?: string | undefined }>,
  'order' | 'codes' | 'pickupUrl' | 'seller' | 'terminal'
>;

export interface MailContent {
  readonly fromName: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly pictures: readonly { readonly name: string; readonly png: Buffer }[];
}

/** Ours, as on the page, where the issuer has chosen none. */
const usualColor = '#0b6a63';

/** What the buyer reads: the link to the page, and the codes themselves only where the issuer wants it so. */
export const messageOf = async (
  { order, codes, pickupUrl = '', seller, terminal }: MailOf,
  drawPng: DrawPng,
): Promise<MailContent> => {
  const { name } = order.product;
  const { words, own, lang } = messageWords(seller, terminal);
  const { message } = words;
  const n = codes.length;
  const values = { seller: seller.name, product: name, codes: message.what(n), orderNo: order.orderNo };
  const said = (mine: string | undefined, ours: string): string => (mine === undefined ? ours : filledIn(mine, values));
  const isTest = isTestIssuer(order.issuerId);
  const mark = (text: string): string => marked(order.issuerId, text, words);
  const title = oneLine(mark(said(own.subject, message.subject(n, name))));
  const shown = await messageCodes(codesInMessage({ seller, terminal, codes }), words, drawPng);
  const sentence = said(own.text, message.ready(n, seller.name, name));
  const { accent, onAccent } = paletteOf(seller.branding?.color ?? usualColor, 'light');
  const languages = [terminal.language, seller.branding?.language].filter((one) => one !== undefined);
  const instructions = instructionsFor(order.product, seller.branding, languages);
  const contacts = [seller.branding?.supportEmail, seller.branding?.supportUrl].filter((one) => one !== undefined);
  const logo = pngOf(seller.logo);
  const warning = message.keepPrivate(n);
  const questions = message.questions(seller.name);
  const orderLine = `${words.order} ${order.orderNo}`;
  return {
    fromName: oneLine(mark(seller.name)),
    subject: title,
    text: [
      ...(isTest ? [words.test.means] : []),
      sentence,
      `${message.seeHere(n)}\n${pickupUrl}`,
      ...shown.map(({ code, lines }) => [code.value, ...lines].join('\n')),
      ...(instructions ? [`${words.howToRedeem}:\n${instructions.text}`] : []),
      warning,
      ...(contacts.length > 0 ? [`${questions} ${contacts.join(', ')}`] : []),
      orderLine,
    ].join('\n\n'),
    html: page(
      title,
      html`${logo && html`<img src="cid:logo" alt="" height="48" style="display:block;height:48px;max-width:100%;margin:0 0 16px">`}
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3" dir="auto">${title}</h1>
${isTest && html`<p style="margin:0 0 16px;padding:12px;border:2px solid #a3261d;border-radius:8px;color:#a3261d;font-weight:600">${words.test.means}</p>`}
<p dir="auto" style="margin:0 0 16px;white-space:pre-line">${sentence}</p>
<p style="margin:0 0 16px"><a href="${pickupUrl}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:${accent};color:${onAccent};text-decoration:none;font-weight:600">${said(own.button, message.show(n))}</a></p>
${shown.map(({ code, lines, picture }) => codeBlock(code, lines, picture?.name))}
<p style="margin:0 0 16px;color:#555">${message.orCopy}<br><a href="${pickupUrl}" style="color:${accent};word-break:break-all">${pickupUrl}</a></p>
${instructions && html`<p style="margin:0 0 4px;font-weight:600">${words.howToRedeem}</p><p dir="auto" style="margin:0 0 16px;white-space:pre-line">${instructions.text}</p>`}
<p style="margin:0 0 8px;color:#555">${warning}</p>
${contacts.length > 0 && html`<p style="margin:0 0 8px;color:#555">${questions} ${contacts.map((to, at) => html`${at > 0 && ', '}${isTest ? to : html`<a href="${/^https:/i.test(to) ? to : `mailto:${to}`}" style="color:${accent}">${to}</a>`}`)}</p>`}
<p style="margin:0;color:#555">${orderLine}</p>`,
      { lang, dir: words.dir },
    ),
    pictures: [...(logo ? [{ name: 'logo', png: logo }] : []), ...shown.flatMap(({ picture }) => picture ?? [])],
  };
};

const codeBlock = (
  { value }: Code,
  lines: readonly string[],
  picture: string | undefined,
): Markup => html`<div style="margin:0 0 16px;padding:16px;border:1px solid #ddd;border-radius:8px">
${picture !== undefined && html`<img src="cid:${picture}" alt="" style="display:block;max-width:100%;margin:0 0 12px">`}
<code style="font:600 18px/1.4 ui-monospace,Menlo,Consolas,monospace;word-break:break-all;white-space:pre-wrap">${value}</code>
${lines.map((line) => html`<br><span style="color:#555">${line}</span>`)}
</div>`;

/** One column without a script, a font or a picture from elsewhere: it reads alike in every mail program. */
const page = (title: string, content: Markup, { lang, dir }: { readonly lang: string; readonly dir: string }): string =>
  `<!doctype html>${
    html`<html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"><title>${title}</title></head>
<body style="margin:0;padding:24px 16px;background:#f4f5f7;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1c1e21">
<div style="max-width:520px;margin:0 auto;padding:24px;background:#ffffff;border-radius:12px">
${content}
</div></body></html>`.text
  }`;
