import { type Amount, isFinal } from '../../domain/order';
import { pageScript, pageStyle } from './assets';
import { codeList } from './code-list';
import { html, type Markup } from './html';
import type { PickupModel } from './pickup-model';
import { amountText, timeText } from './plain-words';
import { type StateWords, stateWords } from './state-words';

const reloadSeconds = 15;

/** Called by the page's route for `GET /p/{secret}`: the whole document, of use without the script too. */
export function renderPickupPage(model: PickupModel): string {
  const words = stateWords(model);
  const final = isFinal(model.state);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex, nofollow, noarchive">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#eef2f3">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0d1417">
<title>${words.headline} · Order ${model.orderNo}</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${pageStyle.href}">
<script src="${pageScript.href}" defer></script>
${!final && html`<noscript><meta http-equiv="refresh" content="${reloadSeconds}"></noscript>`}
</head>
<body>
<main id="pickup" data-events="${model.eventsUrl}" data-final="${isOver(model) ? 'true' : 'false'}">
<header class="order">
<p class="order-no">Order <bdi>${model.orderNo}</bdi></p>
<p class="connection" id="connection" data-connection="off" hidden></p>
</header>
<div class="ticket">
<div class="product">
<p class="product-name"><bdi>${model.productName}</bdi></p>
<p class="product-facts">${model.quantity > 1 && html`<span class="quantity">${model.quantity} codes</span>`}<span>Sold by <bdi>${model.sellerName}</bdi></span></p>
</div>
<div id="live">
${liveState(model, words)}
</div>
</div>
${!final && html`<noscript><p class="note">This page reloads by itself every ${reloadSeconds} seconds.</p></noscript>`}
<p class="note private">Keep this page’s link to yourself: whoever has it can see your ${model.quantity === 1 ? 'code' : 'codes'}.</p>
<p class="unseen" id="announcement" role="status" aria-live="polite"></p>
</main>
<footer>Delivered by <span class="brand">Codeferry</span></footer>
</body>
</html>
`.text;
}

/** Called for the first rendering and for every change of the order: what the stream's `html` replaces. */
export function renderPickupState(model: PickupModel): string {
  return liveState(model, stateWords(model)).text;
}

/** Called by the stream's route: the one line of data of a `state` event. */
export function pickupStateData(model: PickupModel): string {
  return JSON.stringify({ html: renderPickupState(model), state: model.state, final: isOver(model) });
}

/** Nothing on the page changes any more; delivered codes may still be declared void. */
const isOver = ({ state, isVoid }: PickupModel): boolean =>
  isFinal(state) && (state !== 'delivered' || isVoid === true);

function liveState(model: PickupModel, words: StateWords): Markup {
  const refundDue = model.refundDue !== undefined && model.refundDue.value > 0 ? model.refundDue : undefined;
  return html`<section class="state tone-${words.tone}">
${steps(words)}
<h1 id="headline">${words.headline}</h1>
<p class="explanation" id="explanation">${words.explanation}</p>
${words.deadline && html`<p class="deadline">${words.deadline.before} <time datetime="${words.deadline.at}" data-countdown>${timeText(words.deadline.at)}</time></p>`}
${refundDue && refund(refundDue)}
</section>
${model.codes === undefined ? model.state === 'delivered' && !model.isVoid && model.ready > 0 && revealForm(model) : model.codes.length > 0 && codeList(model.codes)}`;
}

/** The codes come only in the answer to this: a preview of the link, a scanner or a prefetch never posts. */
const revealForm = ({
  revealUrl,
  ready,
  refusal,
}: PickupModel): Markup => html`<form class="reveal-form" id="reveal" method="post" action="${revealUrl}">
${refusal !== undefined && html`<p class="refusal" role="alert">${refusal}</p>`}
<button type="submit" class="main">${ready === 1 ? 'Show my code' : `Show my ${ready} codes`}</button>
</form>`;

const refund = (amount: Amount): Markup => html`<div class="refund">
<p class="refund-amount"><span>Refund due</span> <strong>${amountText(amount)}</strong></p>
<p>The seller has been told and pays it back the way you paid.</p>
</div>`;

const stepNames = [
  { done: 'Paid', now: 'Paying', stopped: 'Not paid' },
  { done: 'Confirmed', now: 'Confirming', stopped: 'Not confirmed' },
  { done: 'Issued', now: 'Issuing', stopped: 'Not issued' },
  { done: 'Here', now: 'Arriving', stopped: 'Not delivered' },
] as const;

function steps({ stepsDone, tone }: StateWords): Markup {
  const current = tone === 'bad' ? 'stopped' : 'now';
  return html`<ol class="steps" aria-label="Progress">
${stepNames.map((names, place) => {
  if (place < stepsDone) return html`<li class="done"><span>${names.done}</span></li>`;
  if (place === stepsDone) return html`<li class="${current}" aria-current="step"><span>${names[current]}</span></li>`;
  return html`<li><span><span class="unseen">Not yet: </span>${names.done}</span></li>`;
})}
</ol>`;
}

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6a63"/><path d="M7 12h18v3a2 2 0 0 0 0 4v3H7v-3a2 2 0 0 0 0-4z" fill="#fff"/></svg>',
)}`;
