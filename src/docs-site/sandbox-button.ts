import { trySnippet } from '../domain/words/try-snippet';
import { escapeHtml } from './escape-html';

/** Filled in by the page's script. */
const idPlace = 'ISSUER_ID';

/** Whoever reads the calls makes a test issuer right there, and tries it from a shell. */
export const sandboxButton = (publicUrl: string): string => `<section id="sandbox"><h2>Try it</h2>
<p>Make a test issuer: its orders cost nothing, are apart from all others, and it is gone after 30 days.</p>
<form><label>Your server's address for messages<input name="url" type="url" placeholder="https://… (empty: you fetch them)"></label>
<label>Codes<select name="codeMode"><option value="request">are asked for</option><option value="push">are pushed</option></select></label>
<button>Make a test issuer</button></form><p role="alert" class="bad"></p>
<div hidden><h3>Your issuer is <code class="id"></code></h3>
<p>Its secret, shown until this tab is closed:<br><code class="secret"></code> <button type="button" class="copy">Copy</button></p>
<ol><li>Keep the secret where your server reads it.</li>
<li>Try your keys: <code>/echo</code> answers <code>sent</code><span data-callback="url"> and sends the same object to your callback</span>.</li>
<li>Place a test order, and <span data-callback="url">see its message come in</span><span data-callback="pull">fetch its message: <code>GET /messages</code></span>. A product <code>test_…</code> forces an outcome.</li></ol>
<pre tabindex="0" aria-label="Echo and test order from a shell">${escapeHtml(trySnippet(idPlace, publicUrl))}</pre><p><button type="button" class="another">Make another</button></p></div></section><script type="module" src="docs/assets/sandbox.js"></script>`;
