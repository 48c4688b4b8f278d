import { html } from './html';
import type { PageWords } from './translations';
import { plainDocument } from './view';

/** For a buyer whose link is lost: what they know of their order, and then the same words whatever it was. */
export const sendLinkDocument = (words: PageWords, basePath: string, step: 'asks' | 'told'): string => {
  const { sendLink } = words;
  const said = step === 'asks' ? sendLink.asks : sendLink.told;
  return plainDocument(
    words,
    basePath,
    said.headline,
    html`<section class="state">
<h1>${said.headline}</h1>
<p class="explanation">${said.explanation}</p>
</section>
${
  step === 'asks' &&
  html`<form class="reveal-form" method="post" action="${basePath}/p/lost">
<label class="order-pin gift-message">${sendLink.orderNo} <input class="plain-input" name="orderNo" maxlength="64" autocomplete="off" required></label>
<label class="order-pin gift-message">${sendLink.address} <input class="plain-input" name="address" maxlength="254" autocomplete="email" required></label>
<button type="submit" class="main">${sendLink.send}</button>
</form>`
}`,
  );
};
