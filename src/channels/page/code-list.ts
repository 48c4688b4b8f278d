import type { CodeFormat } from '../../domain/code-formats';
import { html, Markup } from './html';
import { timeText } from './plain-words';
import type { PageWords } from './translations';

export interface PickupCode {
  readonly itemId: string;
  /** Left out of a code that can be used no more. */
  readonly value?: string | undefined;
  readonly secret?: string | undefined;
  readonly format: CodeFormat;
  readonly startsAt?: string | undefined;
  readonly expiresAt?: string | undefined;
  /** Why it cannot be used. */
  readonly ended?: 'void' | 'replaced' | 'expired' | undefined;
  readonly replacedBy?: string | undefined;
  readonly isUsedUp?: boolean | undefined;
  /** Of a code that has more than one. */
  readonly usesLeft?: { readonly left: number; readonly of: number } | undefined;
  /** As codePicture drew it. */
  readonly pictureSvg?: string | undefined;
  /** The same value as a QR code, where the bars are too many for a small screen, or for any. */
  readonly asQrSvg?: string | undefined;
  readonly isAlwaysQr?: boolean | undefined;
  /** Also where it is an address. */
  readonly isText?: boolean;
}

/** Addresses of the files that hold the codes. */
export interface PickupDownloads {
  readonly csv: string;
  readonly voucher: string;
  /** Save one code, named by `&item=`, in a wallet; left out where that is not configured. */
  readonly applePass?: string | undefined;
  readonly googlePass?: string | undefined;
  /** Left out where no code has a time. */
  readonly calendar?: string | undefined;
}

/** Called by the view once there are codes: each is closed until its reader opens it, with or without the page's script. */
export function codeList(
  all: readonly PickupCode[],
  { downloads, isTest }: { readonly downloads: PickupDownloads; readonly isTest?: boolean },
  words: PageWords,
): Markup {
  const codes = isTest ? all.map((code) => ({ ...code, isText: true })) : all;
  const many = codes.length > 1;
  return html`<section class="codes" aria-label="${many ? words.code.many : words.code.one}">
${many && manyTools(codes.length, words)}
<ol class="${many ? 'code-list' : 'code-list single'}">
${codes.map((code, place) => codeCard(code, place, codes.length, downloads, words))}
</ol>
<p class="download"><a href="${downloads.voucher}" download>${words.code.voucher}</a><a href="${downloads.csv}" download>${words.code.download}</a>${downloads.calendar !== undefined && html`<a href="${downloads.calendar}" download>${words.code.calendar}</a>`}</p>
</section>`;
}

const searchFrom = 10;

const manyTools = (count: number, words: PageWords): Markup => html`<div class="tools" data-needs-script hidden>
${count >= searchFrom && html`<label class="search"><span class="unseen">${words.code.search}</span><input type="search" data-search placeholder="${words.code.search}" autocomplete="off"></label><span class="found" data-found role="status"></span>`}
<button type="button" class="plain" data-open-all aria-pressed="false">${words.code.showAll}</button>
<button type="button" class="plain" data-copy-all>${words.code.copyAll}</button>
</div>`;

function codeCard(
  code: PickupCode,
  place: number,
  count: number,
  downloads: PickupDownloads,
  words: PageWords,
): Markup {
  const name = count === 1 ? words.code.one : words.code.of(place + 1, count);
  const expires = code.ended === undefined ? code.expiresAt : undefined;
  const facts = factsOf(code, place + 1, count, words);
  return html`<li class="code">
<details data-code="${place + 1}"${expires !== undefined && html` data-expires="${expires}"`}${count === 1 ? new Markup(' open') : false}>
<summary><span class="code-name">${name}</span><span class="veil" aria-hidden="true"></span><span class="reveal"><span class="when-closed">${words.code.show}</span><span class="when-open">${words.code.hide}</span></span></summary>
<div class="opened">
${code.ended === undefined && code.value !== undefined ? usable(code, code.value, place, downloads, words) : html`<p class="ended">${words.code.ended[code.ended ?? 'void']}</p>`}
${facts.length > 0 && html`<dl class="facts">${facts}</dl>`}
</div>
</details>
</li>`;
}

function usable(
  code: PickupCode,
  text: string,
  place: number,
  { applePass, googlePass }: PickupDownloads,
  words: PageWords,
): Markup {
  const valueId = `value-${place + 1}`;
  const drawn = drawing(code.pictureSvg);
  const asQr = drawing(code.asQrSvg);
  const where = code.isAlwaysQr === true ? 'on-any' : 'on-small';
  return html`${drawn && picture(code.format, drawn, words, asQr && 'on-wide')}
${
  asQr &&
  html`${picture('qr', asQr, words, where)}
<p class="too-wide ${where}">${words.code.tooWide}</p>`
}
<p class="value-line">${value(code, text, valueId)}</p>
<div class="actions">
${isWebLink(code) && html`<a class="button main" href="${text}" target="_blank" rel="noopener noreferrer">${words.code.open}</a>`}
<button type="button" class="main" data-copy="${valueId}" data-needs-script hidden>${words.code.copy}</button>
${drawn && html`<button type="button" class="plain" data-enlarge data-needs-script hidden>${words.code.enlarge}</button>`}
${wallet(applePass, code, words.code.appleWallet)}
${wallet(googlePass, code, words.code.googleWallet)}
</div>`;
}

const wallet = (pass: string | undefined, { itemId }: PickupCode, name: string): Markup | false =>
  pass !== undefined &&
  html`<a class="button plain" href="${pass}&amp;item=${encodeURIComponent(itemId)}" rel="noreferrer">${name}</a>`;

function factsOf(code: PickupCode, number: number, count: number, words: PageWords): Markup[] {
  const { itemId, secret, startsAt, expiresAt, ended, usesLeft, isUsedUp, replacedBy } = code;
  const fact = (name: string, said: Markup): Markup => html`<div><dt>${name}</dt><dd>${said}</dd></div>`;
  const time = (instant: string): Markup =>
    html`<bdi><time datetime="${instant}">${timeText(instant, words.locale)}</time></bdi>`;
  return [
    secret !== undefined && ended === undefined && pin(secret, `secret-${number}`, words),
    isUsedUp === true && html`<div><dt>${words.code.used}</dt><dd></dd></div>`,
    usesLeft && fact(words.code.usesLeft, html`${words.code.usesOf(usesLeft.left, usesLeft.of)}`),
    startsAt !== undefined && fact(words.code.validFrom, time(startsAt)),
    expiresAt !== undefined && fact(ended === 'expired' ? words.code.expired : words.code.validUntil, time(expiresAt)),
    replacedBy !== undefined && fact(words.code.replacedBy, html`<bdi>${replacedBy}</bdi>`),
    count > 1 && fact(words.code.item, html`<bdi>${itemId}</bdi>`),
  ].filter((one): one is Markup => one instanceof Markup);
}

// A link may only lead to the web, whatever the caller took for a url.
const isWebLink = ({ format, value = '', isText }: PickupCode): boolean =>
  !isText && format === 'url' && /^https?:\/\//i.test(value);

const value = (code: PickupCode, text: string, id: string): Markup =>
  isWebLink(code)
    ? html`<a class="value" id="${id}" href="${text}" target="_blank" rel="noopener noreferrer">${text}</a>`
    : html`<code class="value" id="${id}">${text}</code>`;

const pin = (secret: string, id: string, words: PageWords): Markup =>
  html`<div class="pin"><dt>${words.code.pin}</dt><dd><code class="value" id="${id}">${secret}</code> <button type="button" class="plain" data-copy="${id}" data-needs-script hidden>${words.code.copyPin}</button></dd></div>`;

const pictureName = (format: CodeFormat, { code: { pictures } }: PageWords): string => {
  if (format === 'url') return pictures.link;
  if (format === 'qr') return pictures.qr;
  return format === 'aztec' || format === 'datamatrix' || format === 'pdf417' ? pictures.code2d : pictures.barcode;
};

/** Of two pictures of one code the screen's width chooses. */
const picture = (format: CodeFormat, drawn: Markup, words: PageWords, screen?: string): Markup =>
  html`<div class="picture picture-${format}${screen !== undefined && ` ${screen}`}" role="img" aria-label="${pictureName(format, words)}">${drawn}</div>`;

// Shapes and colours only: a text that is no drawing of ours is not let into the page.
const drawingPattern =
  /^<svg viewBox="[0-9 .]+" xmlns="http:\/\/www\.w3\.org\/2000\/svg">\s*(?:<(?:path|rect) [^<>]*\/>\s*)+<\/svg>\s*$/;

const drawing = (svg: string | undefined): Markup | undefined =>
  svg !== undefined && drawingPattern.test(svg) ? new Markup(svg) : undefined;
