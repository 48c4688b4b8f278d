import type { CodeFormat } from '../../domain/code-formats';
import { html, Markup } from './html';
import { timeText } from './plain-words';

export interface PickupCode {
  readonly itemId: string;
  readonly value: string;
  readonly secret?: string | undefined;
  readonly format: CodeFormat;
  readonly expiresAt?: string | undefined;
  /** As codePicture drew it. */
  readonly pictureSvg?: string | undefined;
}

/** Called by the view once there are codes: each is closed until its reader opens it, with or without the page's script. */
export function codeList(codes: readonly PickupCode[]): Markup {
  const many = codes.length > 1;
  return html`<section class="codes" aria-label="${many ? 'Your codes' : 'Your code'}">
${many && manyTools()}
<ol class="${many ? 'code-list' : 'code-list single'}">
${codes.map((code, place) => codeCard(code, place, codes.length))}
</ol>
</section>`;
}

const manyTools = (): Markup => html`<div class="tools" data-needs-script hidden>
<button type="button" class="plain" data-open-all aria-pressed="false">Show all</button>
<button type="button" class="plain" data-copy-all>Copy all</button>
</div>`;

function codeCard(code: PickupCode, place: number, count: number): Markup {
  const valueId = `value-${place + 1}`;
  const name = count === 1 ? 'Your code' : `Code ${place + 1} of ${count}`;
  const drawn = drawing(code.pictureSvg);
  const facts = factsOf(code, place + 1, count);
  return html`<li class="code">
<details data-code="${place + 1}"${count === 1 ? new Markup(' open') : false}>
<summary><span class="code-name">${name}</span><span class="veil" aria-hidden="true"></span><span class="reveal"><span class="when-closed">Show code</span><span class="when-open">Hide code</span></span></summary>
<div class="opened">
${drawn && picture(code.format, drawn)}
<p class="value-line">${value(code, valueId)}</p>
<div class="actions">
<button type="button" class="main" data-copy="${valueId}" data-needs-script hidden>Copy code</button>
${drawn && html`<button type="button" class="plain" data-enlarge data-needs-script hidden>Enlarge to scan</button>`}
</div>
${facts.length > 0 && html`<dl class="facts">${facts}</dl>`}
</div>
</details>
</li>`;
}

function factsOf({ itemId, secret, expiresAt }: PickupCode, number: number, count: number): Markup[] {
  const facts: Markup[] = [];
  if (secret !== undefined) facts.push(pin(secret, `secret-${number}`));
  if (expiresAt !== undefined) {
    facts.push(
      html`<div><dt>Valid until</dt><dd><time datetime="${expiresAt}">${timeText(expiresAt)}</time></dd></div>`,
    );
  }
  if (count > 1) facts.push(html`<div><dt>Item</dt><dd><bdi>${itemId}</bdi></dd></div>`);
  return facts;
}

// A link may only lead to the web, whatever the caller took for a url.
const value = (code: PickupCode, id: string): Markup =>
  code.format === 'url' && /^https?:\/\//i.test(code.value)
    ? html`<a class="value" id="${id}" href="${code.value}" target="_blank" rel="noopener noreferrer">${code.value}</a>`
    : html`<code class="value" id="${id}">${code.value}</code>`;

const pin = (secret: string, id: string): Markup =>
  html`<div class="pin"><dt>PIN</dt><dd><code class="value" id="${id}">${secret}</code> <button type="button" class="plain" data-copy="${id}" data-needs-script hidden>Copy PIN</button></dd></div>`;

const pictureNames: Record<CodeFormat, string> = {
  text: '',
  url: 'QR code with the link',
  qr: 'QR code',
  code128: 'Barcode',
  ean13: 'EAN-13 barcode',
  pdf417: 'PDF417 barcode',
  aztec: 'Aztec code',
  datamatrix: 'Data Matrix code',
};

const picture = (format: CodeFormat, drawn: Markup): Markup =>
  html`<div class="picture picture-${format}" role="img" aria-label="${pictureNames[format]}">${drawn}</div>`;

// Shapes and colours only: a text that is no drawing of ours is not let into the page.
const drawingPattern =
  /^<svg viewBox="[0-9 .]+" xmlns="http:\/\/www\.w3\.org\/2000\/svg">\s*(?:<(?:path|rect) [^<>]*\/>\s*)+<\/svg>\s*$/;

const drawing = (svg: string | undefined): Markup | undefined =>
  svg !== undefined && drawingPattern.test(svg) ? new Markup(svg) : undefined;
