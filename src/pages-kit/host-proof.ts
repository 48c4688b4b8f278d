import type { CallbackProof } from '../contract/issuer/callback-proof';
import { hostProofWords } from '../domain/words/host-proof-words';
import { askDialog } from './dialog';
import { type Child, h, replace } from './dom';
import { timeTag } from './time';

const lookAgainMs = 1_000;
const looksMax = 20;

interface Calls {
  readonly read: (url?: string) => Promise<CallbackProof>;
  /** Left out: whoever looks may not. */
  readonly check?: ((url?: string) => Promise<CallbackProof>) | false;
}

const line = (name: string, ...value: readonly Child[]): Child => [h('dt', {}, name), h('dd', {}, value)];
const copied = (text: string) => h('code', { class: 'address' }, text);

/** Whose host a callback is at: how it is proved, and a look for it now. `hasUrl`: it has an address today. */
export const hostProofCard = ({ read, check }: Calls, hasUrl: boolean, signal: AbortSignal) => {
  const body = h('div', {});
  const told = h('p', { role: 'status' });
  let url: string | undefined;

  const draw = (proof: CallbackProof | undefined): void => {
    const run = (work: () => Promise<unknown>) => () =>
      work().catch((error: Error) => signal.aborted || replace(told, error.message));
    replace(
      body,
      proof && h('dl', { class: 'facts' }, factsOf(proof)),
      h('p', { class: 'soft' }, 'A record or a file there shows whose it is. One is enough.'),
      check &&
        h(
          'div',
          { class: 'action-row' },
          proof && h('button', { type: 'button', onclick: run(() => look(check)) }, 'Look for it now'),
          h('button', { type: 'button', onclick: run(another) }, 'For another address'),
        ),
    );
    replace(told, proof?.check ? hostProofWords(proof.check) : '');
  };

  const look = async (ask: (url?: string) => Promise<CallbackProof>): Promise<void> => {
    let proof = await ask(url);
    for (let n = 0; n < looksMax && proof.check?.checkedAt === undefined && !signal.aborted; n += 1) {
      draw(proof);
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      proof = await read(url);
    }
    if (!signal.aborted) draw(proof);
  };

  const another = async (): Promise<void> => {
    const proof = await askDialog({
      title: 'For which address?',
      text: 'It is not changed by this: prove its host first, then change it.',
      confirm: 'Show how',
      fields: [{ name: 'url', path: '/url', label: 'Address', kind: 'url', required: true, placeholder: 'https://' }],
      run: async (values) => ({ asked: values.url as string, answer: await read(values.url as string) }),
    });
    if (!proof || proof === true) return;
    url = proof.asked;
    draw(proof.answer);
  };

  if (hasUrl) {
    read().then(
      (proof) => signal.aborted || draw(proof),
      (error: Error) => signal.aborted || replace(told, error.message),
    );
  } else draw(undefined);
  return h('section', { class: 'card' }, h('h2', {}, 'Host of the callback'), body, told);
};

const factsOf = ({ host, required, proved, dns, file }: CallbackProof): Child => [
  line('Host', copied(host)),
  line('Proved', proved ? [`by ${proved.by === 'dns' ? 'record' : 'file'}, `, timeTag(proved.at)] : 'not yet'),
  line('Needed', required ? 'yes: it is called once proved' : 'no'),
  dns && [line('TXT record', copied(dns.name)), line('with', copied(dns.txt))],
  line(dns ? 'or file' : 'File', copied(file.url)),
  line('with', copied(file.content)),
];
