import { trySnippet } from '../../domain/words/try-snippet';
import { escapeHtml } from './escape-html';

const idPlace = 'ISSUER_ID';

/** Whoever reads the calls makes a test issuer right there, and tries it from a shell. */
export const sandboxButton = (publicUrl: string): string => `<section id="sandbox"><h2>Try it</h2>
<p>Make a test issuer: its orders cost nothing, are apart from all others, and it is gone after 30 days.</p>
<form><label>Your server's address for messages<input name="url" type="url" placeholder="https://… (empty: you fetch them)"></label>
<label>Codes<select name="codeMode"><option value="request">are asked for</option><option value="push">are pushed</option></select></label>
<button>Make a test issuer</button></form><p role="alert" class="bad"></p>
<div hidden><h3>Your issuer is <code class="id"></code></h3>
<p>Its secret, shown this once:<br><code class="secret"></code> <button type="button" class="copy">Copy</button></p>
<ol><li>Keep the secret where your server reads it.</li>
<li>Try your keys: <code>/echo</code> answers <code>sent</code><span data-callback="url"> and sends the same object to your callback</span>.</li>
<li>Place a test order, and <span data-callback="url">see its message come in</span><span data-callback="pull">fetch its message: <code>GET /messages</code></span>. A product <code>test_…</code> forces an outcome.</li></ol>
<pre tabindex="0" aria-label="Echo and test order from a shell">${escapeHtml(trySnippet(idPlace, publicUrl))}</pre></div></section>`;

export const docsScript = `const box = document.querySelector('#sandbox');
const form = box.querySelector('form');
const problem = box.querySelector('[role=alert]');
const made = box.querySelector('div');
const say = (place, text) => { made.querySelector(place).textContent = text; };
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  const url = form.elements.url.value.trim();
  const callback = url ? { kind: 'url', url } : { kind: 'pull' };
  button.disabled = true;
  problem.textContent = '';
  try {
    const answer = await fetch('v1/sandbox/issuers', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ callback, codeMode: form.elements.codeMode.value }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error((body.errors ?? []).map(({ message }) => 'The address ' + message).join('; ') || body.detail);
    say('.id', body.issuerId);
    say('.secret', body.secret);
    say('pre', made.querySelector('pre').textContent.replaceAll('${idPlace}', body.issuerId));
    for (const part of made.querySelectorAll('[data-callback]')) part.hidden = part.dataset.callback !== callback.kind;
    form.hidden = true;
    made.hidden = false;
  } catch (error) {
    problem.textContent = error.message;
    button.disabled = false;
  }
});
made.querySelector('.copy').addEventListener('click', async ({ target }) => {
  await navigator.clipboard.writeText(made.querySelector('.secret').textContent);
  target.textContent = 'Copied';
});
`;
