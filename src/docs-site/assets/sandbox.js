// The button for a test issuer, on the first page.
const box = document.querySelector('#sandbox');
const form = box.querySelector('form');
const problem = box.querySelector('[role=alert]');
const made = box.querySelector('div');
const say = (place, text) => {
  made.querySelector(place).textContent = text;
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
    say('.id', body.issuerId);
    say('.secret', body.secret);
    say('pre', made.querySelector('pre').textContent.replaceAll('ISSUER_ID', body.issuerId));
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
