import { pngOf } from '../../branding/logo';
import { paletteOf } from '../../branding/palette';
import type { Code } from '../../contract/code';
import { instructionsFor } from '../../domain/branding';
import type { Delivery } from '../channel';
import { html, type Markup } from '../page/html';
import { messageCodes } from './message-codes';

type MailOf = Pick<Delivery<unknown>, 'order' | 'codes' | 'pickupUrl' | 'seller'>;

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly pictures: readonly { readonly name: string; readonly png: Buffer }[];
}

/** Ours where the issuer has chosen none. */
const usualColor = '#1a4fd6';

/** What the buyer reads: the link to the page, and the codes themselves only where the issuer wants it so. */
export const messageOf = async ({ order, codes, pickupUrl = '', seller }: MailOf): Promise<MailContent> => {
  const { name } = order.product;
  const isOne = codes.length === 1;
  const title = `Your ${isOne ? 'code' : `${codes.length} codes`} for ${name}`;
  const shown = seller.codeInMessage ? await messageCodes(codes) : [];
  const sentence = `${seller.name} has your ${isOne ? 'code' : `${codes.length} codes`} for ${name} ready.`;
  const { accent, onAccent } = paletteOf(seller.branding?.color ?? usualColor, 'light');
  const instructions = instructionsFor(order.product, seller.branding, ['en']);
  const contacts = [seller.branding?.supportEmail, seller.branding?.supportUrl].filter((one) => one !== undefined);
  const logo = pngOf(seller.logo);
  const warning = `Whoever has this link can see the ${isOne ? 'code' : 'codes'}: do not pass it on.`;
  return {
    subject: title,
    text: [
      sentence,
      `See ${isOne ? 'it' : 'them'} here:\n${pickupUrl}`,
      ...shown.map(({ code, lines }) => [code.value, ...lines].join('\n')),
      ...(instructions ? [`How to redeem:\n${instructions.text}`] : []),
      warning,
      ...(contacts.length > 0 ? [`Questions? ${seller.name}: ${contacts.join(', ')}`] : []),
      `Order ${order.orderNo}`,
    ].join('\n\n'),
    html: page(
      title,
      html`${logo && html`<img src="cid:logo" alt="" height="48" style="display:block;height:48px;max-width:100%;margin:0 0 16px">`}
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">${title}</h1>
<p style="margin:0 0 16px">${sentence}</p>
<p style="margin:0 0 16px"><a href="${pickupUrl}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:${accent};color:${onAccent};text-decoration:none;font-weight:600">${isOne ? 'Show my code' : 'Show my codes'}</a></p>
${shown.map(({ code, lines, picture }) => codeBlock(code, lines, picture?.name))}
<p style="margin:0 0 16px;color:#555">Or copy this link:<br><a href="${pickupUrl}" style="color:${accent};word-break:break-all">${pickupUrl}</a></p>
${instructions && html`<p style="margin:0 0 4px;font-weight:600">How to redeem</p><p dir="auto" style="margin:0 0 16px;white-space:pre-line">${instructions.text}</p>`}
<p style="margin:0 0 8px;color:#555">${warning}</p>
${contacts.length > 0 && html`<p style="margin:0 0 8px;color:#555">Questions? ${seller.name}: ${contacts.map((to, n) => html`${n > 0 && ', '}<a href="${/^https:/i.test(to) ? to : `mailto:${to}`}" style="color:${accent}">${to}</a>`)}</p>`}
<p style="margin:0;color:#555">Order ${order.orderNo}</p>`,
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
const page = (title: string, content: Markup): string =>
  `<!doctype html>${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"><title>${title}</title></head>
<body style="margin:0;padding:24px 16px;background:#f4f5f7;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1c1e21">
<div style="max-width:520px;margin:0 auto;padding:24px;background:#ffffff;border-radius:12px">
${content}
</div></body></html>`.text
  }`;
