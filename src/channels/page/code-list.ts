import type { CodeFormat } from '../../domain/code-formats';
import { html, Markup } from './html';
import { timeText } from './plain-words';
import type { PageWords } from './translations';

export interface PickupCode {
  readonly itemId: string;
  readonly value: string;
  readonly secret?: string | undefined;
  readonly format: CodeFormat;
  readonly expiresAt?: string | undefined;
  readonly isExpired?: boolean | undefined;
  /** As codePicture drew it. */
  readonly pictureSvg?: string | undefined;
}

/** Addresses of the files that hold the codes. */
export interface PickupDownloads {
  readonly csv: string;
  readonly voucher: string;
}

/** Called by the view once there are codes: each is closed until its reader opens it, with or without the page's script. */
export function codeList(codes: readonly PickupCode[], downloads: PickupDownloads, words: PageWords): Markup {
  const many = codes.length > 1;
  return html`<section class="codes" aria-label="${many ? words.code.many : words.code.one}">
${many && manyTools(words)}
<ol class="${many ? 'code-list' : 'code-list single'}">
${codes.map((code, place) => codeCard(code, place, codes.length, words))}
</ol>
<p class="download"><a href="${downloads.voucher}" download>${words.code.voucher}</a><a href="${downloads.csv}" download>${words.code.download}</a></p>
</section>`;
}

const manyTools = (words: PageWords): Markup => html`<div class="tools" data-needs-script hidden>
<button type="button" class="plain" data-open-all aria-pressed="false">${words.code.showAll}</button>
<button type="button" class="plain" data-copy-all>${words.code.copyAll}</button>
</div>`;

function codeCard(code: PickupCode, place: number, count: number, words: PageWords): Markup {
  const valueId = `value-${place + 1}`;
  const name = count === 1 ? words.code.one : words.code.of(place + 1, count);
  const drawn = drawing(code.pictureSvg);
  const facts = factsOf(code, place + 1, count, words);
  return html`<li class="code">
<details data-code="${place + 1}"${count === 1 ? new Markup(' open') : false}>
<summary><span class="code-name">${name}</span><span class="veil" aria-hidden="true"></span><span class="reveal"><span class="when-closed">${words.code.show}</span><span class="when-open">${words.code.hide}</span></span></summary>
<div class="opened">
${drawn && picture(code.format, drawn, words)}
<p class="value-line">${value(code, valueId)}</p>
<div class="actions">
${isWebLink(code) && html`<a class="button main" href="${code.value}" target="_blank" rel="noopener noreferrer">${words.code.open}</a>`}
<button type="button" class="main" data-copy="${valueId}" data-needs-script hidden>${words.code.copy}</button>
${drawn && html`<button type="button" class="plain" data-enlarge data-needs-script hidden>${words.code.enlarge}</button>`}
</div>
${facts.length > 0 && html`<dl class="facts">${facts}</dl>`}
</div>
</details>
</li>`;
}

function factsOf(
  { itemId, secret, expiresAt, isExpired }: PickupCode,
  number: number,
  count: number,
  words: PageWords,
): Markup[] {
  const facts: Markup[] = [];
  if (secret !== undefined) facts.push(pin(secret, `secret-${number}`, words));
  if (expiresAt !== undefined) {
    facts.push(
      html`<div><dt>${isExpired ? words.code.expired : words.code.validUntil}</dt><dd><time datetime="${expiresAt}">${timeText(expiresAt, words.locale)}</time></dd></div>`,
    );
  }
  if (count > 1) facts.push(html`<div><dt>${words.code.item}</dt><dd><bdi>${itemId}</bdi></dd></div>`);
  return facts;
}

// A link may only lead to the web, whatever the caller took for a url.
const isWebLink = ({ format, value }: PickupCode): boolean => format === 'url' && /^https?:\/\//i.test(value);

const value = (code: PickupCode, id: string): Markup =>
  isWebLink(code)
    ? html`<a class="value" id="${id}" href="${code.value}" target="_blank" rel="noopener noreferrer">${code.value}</a>`
    : html`<code class="value" id="${id}">${code.value}</code>`;

const pin = (secret: string, id: string, words: PageWords): Markup =>
  html`<div class="pin"><dt>${words.code.pin}</dt><dd><code class="value" id="${id}">${secret}</code> <button type="button" class="plain" data-copy="${id}" data-needs-script hidden>${words.code.copyPin}</button></dd></div>`;

const pictureName = (format: CodeFormat, { code: { pictures } }: PageWords): string => {
  if (format === 'url') return pictures.link;
  if (format === 'qr') return pictures.qr;
  return format === 'aztec' || format === 'datamatrix' || format === 'pdf417' ? pictures.code2d : pictures.barcode;
};

const picture = (format: CodeFormat, drawn: Markup, words: PageWords): Markup =>
  html`<div class="picture picture-${format}" role="img" aria-label="${pictureName(format, words)}">${drawn}</div>`;

// Shapes and colours only: a text that is no drawing of ours is not let into the page.
const drawingPattern =
  /^<svg viewBox="[0-9 .]+" xmlns="http:\/\/www\.w3\.org\/2000\/svg">\s*(?:<(?:path|rect) [^<>]*\/>\s*)+<\/svg>\s*$/;

const drawing = (svg: string | undefined): Markup | undefined =>
  svg !== undefined && drawingPattern.test(svg) ? new Markup(svg) : undefined;
