import type { Instructions } from '../../domain/branding';
import { reportReasons, reportTextMax } from '../../domain/code-reports';
import { type Amount, isFinal } from '../../domain/order';
import { pageScript, pageStyle } from './assets';
import { brandStyleHref } from './brand-style';
import { codeList, type PickupCode } from './code-list';
import { html, type Markup } from './html';
import type { PickupModel } from './pickup-model';
import { amountText, timeText } from './plain-words';
import { type StateWords, stateWords } from './state-words';
import type { PageWords } from './translations';

const reloadSeconds = 15;

const documentHead = (
  words: PageWords,
  title: string,
  basePath: string,
  more: Markup | false,
): Markup => html`<!doctype html>
<html lang="${words.lang}" dir="${words.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex, nofollow, noarchive">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#eef2f3">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0d1417">
<title>${title}</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${basePath}${pageStyle.href}">
${more}
</head>`;

/** A page of a few words, without an order. */
export const plainDocument = (words: PageWords, basePath: string, title: string, content: Markup): string =>
  html`${documentHead(words, title, basePath, false)}
<body>
<main>
<div class="ticket">
${content}
</div>
</main>
<footer>${words.deliveredBy} <span class="brand">Codeferry</span></footer>
</body>
</html>
`.text;

/** Called for a link that leads nowhere: what a person may do who has it. */
export const lostLinkDocument = (words: PageWords, basePath: string): string =>
  plainDocument(
    words,
    basePath,
    words.lostLink.headline,
    html`<section class="state tone-bad">
<h1>${words.lostLink.headline}</h1>
<p class="explanation">${words.lostLink.explanation}</p>
<p class="explanation"><a href="${basePath}/p/lost">${words.sendLink.asks.headline}</a></p>
</section>`,
  );

/** Called by the page's route for `GET /p/{secret}`: the whole document, of use without the script too. */
export function renderPickupPage(model: PickupModel, words: PageWords): string {
  const said = stateWords(model, words);
  const final = isFinal(model.state);
  const { basePath = '' } = model;
  const script = html`${
    model.color !== undefined &&
    html`<link rel="stylesheet" href="${basePath}${brandStyleHref(model.color)}">
`
  }<script src="${basePath}${pageScript.href}" defer></script>
${!final && html`<noscript><meta http-equiv="refresh" content="${reloadSeconds}"></noscript>`}`;
  const title = words.title(said.headline, model.orderNo);
  return html`${documentHead(words, model.isTest ? `${words.test.mark} · ${title}` : title, basePath, script)}
<body>
<main id="pickup" data-events="${model.eventsUrl}" data-final="${isOver(model) ? 'true' : 'false'}" data-ended="${model.ended ?? 0}" data-words="${JSON.stringify(words.script)}">
${model.isTest === true && html`<p class="test-mark" role="note"><strong>${words.test.mark}</strong> ${words.test.means}</p>`}
${model.logo !== undefined && html`<p class="logo"><img src="${model.logo}" alt="${model.sellerName}"></p>`}
<header class="order">
<p class="order-no">${words.order} <bdi>${model.orderNo}</bdi></p>
<p class="connection" id="connection" data-connection="off" hidden></p>
</header>
<div class="ticket">
<div class="product">
<p class="product-name"><bdi>${model.productName}</bdi></p>
<p class="product-facts">${model.quantity > 1 && html`<span class="quantity">${words.codes(model.quantity)}</span>`}${model.amount && html`<span>${amountText(model.amount, words.locale)}</span>`}<span>${words.soldBy} <bdi>${model.sellerName}</bdi></span></p>
</div>
<div id="live">
${liveState(model, words, said)}
</div>
${purchase(model, words)}
</div>
${!final && html`<noscript><p class="note">${words.reloads(reloadSeconds)}</p></noscript>`}
<p class="note private">${words.keepPrivate(model.quantity)}</p>
<p class="unseen" id="announcement" role="status" aria-live="polite"></p>
</main>
<footer>${words.deliveredBy} <span class="brand">Codeferry</span></footer>
</body>
</html>
`.text;
}

/** Called for the first rendering and for every change of the order: what the stream's `html` replaces. */
export function renderPickupState(model: PickupModel, words: PageWords): string {
  return liveState(model, words, stateWords(model, words)).text;
}

/** Called by the stream's route: the one line of data of a `state` event. */
export function pickupStateData(model: PickupModel, words: PageWords): string {
  return JSON.stringify({
    html: renderPickupState(model, words),
    state: model.state,
    ended: model.ended ?? 0,
    final: isOver(model),
  });
}

/** Nothing on the page changes any more; delivered codes may still be declared void. */
const isOver = ({ state, isVoid }: PickupModel): boolean =>
  isFinal(state) && (state !== 'delivered' || isVoid === true);

function liveState(model: PickupModel, words: PageWords, said: StateWords): Markup {
  const refundDue = model.refundDue !== undefined && model.refundDue.value > 0 ? model.refundDue : undefined;
  const asksToReveal =
    model.codes === undefined &&
    model.state === 'delivered' &&
    !model.isVoid &&
    model.ready > 0 &&
    model.gift?.kind !== 'given';
  return html`<section class="state tone-${said.tone}">
${steps(said, words)}
<h1 id="headline">${said.headline}</h1>
<p class="explanation" id="explanation">${said.explanation}</p>
${said.deadline && html`<p class="deadline">${said.deadline.before} <time datetime="${said.deadline.at}" data-countdown>${timeText(said.deadline.at, words.locale)}</time></p>`}
${refundDue && refund(refundDue, words)}
${model.isReported === true && html`<p class="explanation">${words.report.told}</p>`}
${model.isRefundAsked === true && html`<p class="explanation">${words.refundAsked}</p>`}
${model.refundRefusal !== undefined && html`<p class="explanation">${words.refundRefused[model.refundRefusal]}</p>`}
</section>
${model.gift?.kind === 'given' && !model.gift.isOpened && model.gift.url !== undefined && giftLink(model.gift.url, model, words)}
${model.gift?.kind === 'received' && received(model.gift.message, words)}
${model.refusal !== undefined && !asksToReveal && refusalLine(model.refusal)}
${asksToReveal && revealForm(model, words)}
${model.codes !== undefined && model.codes.length > 0 && codeList(model.codes, model, words)}
${model.codes?.some(({ ended }) => ended === undefined) === true && reportForm(model.reportUrl, model.codes, words)}
${model.state === 'delivered' && !model.isVoid && model.instructions && instructions(model.instructions, words)}
${model.codes === undefined && model.giftUrl !== undefined && giftForm(model.giftUrl, model, words)}
${model.refundUrl !== undefined && refundForm(model.refundUrl, model, words)}`;
}

const instructions = ({ lang, text }: Instructions, words: PageWords): Markup => html`<section class="about">
<h2>${words.howToRedeem}</h2>
<p class="instructions-text" dir="auto"${lang !== undefined && html` lang="${lang}"`}>${text}</p>
</section>`;

/** What a buyer looks up later, on paper too. */
const purchase = (model: PickupModel, words: PageWords): Markup => {
  const { sellerName, amount, boughtAt, supportEmail, supportUrl, isTest } = model;
  const fact = (name: string, value: string | Markup): Markup => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<section class="about">
<h2>${words.purchase}</h2>
<dl class="facts">
${fact(words.seller, html`<bdi>${sellerName}</bdi>`)}
${amount && fact(words.price, amountText(amount, words.locale))}
${boughtAt !== undefined && fact(words.boughtOn, html`<bdi><time datetime="${boughtAt}">${timeText(boughtAt, words.locale)}</time></bdi>`)}
${supportEmail !== undefined && fact(words.questions, isTest === true ? supportEmail : html`<a href="mailto:${supportEmail}">${supportEmail}</a>`)}
${supportUrl !== undefined && fact(words.helpAndTerms, isTest === true ? new URL(supportUrl).host : html`<a href="${supportUrl}" target="_blank" rel="noopener noreferrer">${new URL(supportUrl).host}</a>`)}
</dl>
</section>`;
};

/** The codes come only in the answer to this: a preview of the link, a scanner or a prefetch never posts. */
const revealForm = (
  { revealUrl, ready, refusal, asksPin }: PickupModel,
  words: PageWords,
): Markup => html`<form class="reveal-form" id="reveal" method="post" action="${revealUrl}">
${refusal !== undefined && refusalLine(refusal)}
${asksPin === true && pinField(words, refusal)}
<button type="submit" class="main">${words.showCodes(ready)}</button>
</form>`;

const refusalLine = (refusal: string): Markup => html`<p class="refusal" role="alert" id="refusal">${refusal}</p>`;

const received = (message: string | undefined, words: PageWords): Markup => html`<section class="gift">
<h2>${words.forYou}</h2>
${message !== undefined && html`<p class="instructions-text" dir="auto">${message}</p>`}
</section>`;

/** The stream does not have it where a PIN is asked for: then it stays, as shown codes do. */
const giftLink = (
  url: string,
  { asksPin }: PickupModel,
  words: PageWords,
): Markup => html`<div class="gift"${asksPin === true && html` data-shown`}>
<h2 id="gift-name">${words.giftLink}</h2>
<p class="value-line"><code class="value" id="gift-link">${url}</code></p>
<div class="actions"><button type="button" class="main" data-copy="gift-link" data-needs-script hidden>${words.copyLink}</button></div>
</div>`;

/** Behind a second click: the giver sees the codes no more. */
const giftForm = (
  url: string,
  { gift, asksPin }: PickupModel,
  words: PageWords,
): Markup => html`<details class="ask-refund">
<summary class="ask-refund-title">${gift ? words.giveAgain : words.giveAway}</summary>
<p>${gift ? words.giftEnds : words.giftMeans}</p>
<form class="reveal-form" method="post" action="${url}">
${asksPin === true && pinField(words)}
<label class="order-pin gift-message">${words.giftMessage} <textarea name="message" rows="3" maxlength="500"></textarea></label>
<button type="submit" class="main">${words.makeGift}</button>
</form>
</details>`;

/** Behind a second click: nobody asks for money back by mistake. */
const refundForm = (
  url: string,
  { asksPin }: PickupModel,
  words: PageWords,
): Markup => html`<details class="ask-refund">
<summary class="ask-refund-title">${words.askRefund}</summary>
<p>${words.refundEnds}</p>
<form class="reveal-form" method="post" action="${url}">
${asksPin === true && pinField(words)}
<button type="submit" class="main">${words.sendRefund}</button>
</form>
</details>`;

/** Behind a second click, and without the page's script. */
const reportForm = (
  url: string,
  codes: readonly PickupCode[],
  words: PageWords,
): Markup => html`<details class="ask-refund">
<summary class="ask-refund-title">${words.report.title}</summary>
<p>${words.report.means}</p>
<form class="reveal-form" method="post" action="${url}">
${
  codes.length === 1
    ? html`<input type="hidden" name="itemId" value="${codes[0]?.itemId}">`
    : html`<label class="order-pin report-field">${words.report.which} <select name="itemId">${codes.map(({ itemId, ended }, place) => html`${ended === undefined && html`<option value="${itemId}">${words.code.of(place + 1, codes.length)}</option>`}`)}</select></label>`
}
<label class="order-pin report-field">${words.report.what} <select name="reason">${reportReasons.map((reason) => html`<option value="${reason}">${words.report.reasons[reason]}</option>`)}</select></label>
<label class="order-pin gift-message">${words.report.text} <textarea name="text" rows="3" maxlength="${reportTextMax}"></textarea></label>
<button type="submit" class="main">${words.report.send}</button>
</form>
</details>`;

const pinField = (words: PageWords, refusal?: string): Markup =>
  html`<label class="order-pin">${words.orderPin} <input name="pin" type="password" inputmode="numeric" pattern="[0-9]{4,8}" maxlength="8" autocomplete="off" required${refusal !== undefined && html` aria-invalid="true" aria-describedby="refusal"`}></label>`;

const refund = (amount: Amount, words: PageWords): Markup => html`<div class="refund">
<p class="refund-amount"><span>${words.refundDue}</span> <strong>${amountText(amount, words.locale)}</strong></p>
<p>${words.refundTold}</p>
</div>`;

function steps({ stepsDone, tone }: StateWords, words: PageWords): Markup {
  const current = tone === 'bad' ? 'stopped' : 'now';
  return html`<ol class="steps" aria-label="${words.progress}">
${words.steps.map((names, place) => {
  if (place < stepsDone) return html`<li class="done"><span>${names.done}</span></li>`;
  if (place === stepsDone) return html`<li class="${current}" aria-current="step"><span>${names[current]}</span></li>`;
  return html`<li><span><span class="unseen">${words.notYet} </span>${names.done}</span></li>`;
})}
</ol>`;
}

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6a63"/><path d="M7 12h18v3a2 2 0 0 0 0 4v3H7v-3a2 2 0 0 0 0-4z" fill="#fff"/></svg>',
)}`;
