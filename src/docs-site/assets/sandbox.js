// The button for a test issuer, on the first page. This tab keeps the one that it made: one address makes ten an hour.
const place = 'codeferry-test-issuer';
const box = document.querySelector('#sandbox');
const form = box.querySelector('form');
const problem = box.querySelector('[role=alert]');
const made = box.querySelector('div');
const command = made.querySelector('pre').textContent;
const say = (part, text) => {
  made.querySelector(part).textContent = text;
};
const kept = () => {
  try {
    const issuer = JSON.parse(sessionStorage.getItem(place));
    return Date.parse(issuer.endsAt) > Date.now() ? issuer : undefined;
  } catch {
    return undefined;
  }
};
const keep = (issuer) => {
  try {
    sessionStorage.setItem(place, JSON.stringify(issuer));
  } catch {
    // A browser that keeps nothing shows it this once.
  }
};
const show = ({ issuerId, secret, kind }) => {
  say('.id', issuerId);
  say('.secret', secret);
  say('pre', command.replaceAll('ISSUER_ID', issuerId));
  for (const part of made.querySelectorAll('[data-callback]')) part.hidden = part.dataset.callback !== kind;
  form.hidden = true;
  made.hidden = false;
};
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
    if (!answer.ok)
      throw new Error((body.errors ?? []).map(({ message }) => `The address ${message}`).join('; ') || body.detail);
    const issuer = { issuerId: body.issuerId, secret: body.secret, endsAt: body.endsAt, kind: callback.kind };
    show(issuer);
    keep(issuer);
  } catch (error) {
    problem.textContent = error.message;
  }
  button.disabled = false;
});
made.querySelector('.another').addEventListener('click', () => {
  sessionStorage.removeItem(place);
  say('.secret', '');
  form.hidden = false;
  made.hidden = true;
});
made.querySelector('.copy').addEventListener('click', async ({ target }) => {
  await navigator.clipboard.writeText(made.querySelector('.secret').textContent);
  target.textContent = 'Copied';
});
const issuer = kept();
if (issuer) show(issuer);
