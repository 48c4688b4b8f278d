import { type auditPhases, auditWords } from '../domain/words/audit-words';
import { keepInAddress } from '../pages-kit/ask';
import { type Child, h, replace } from '../pages-kit/dom';
import { empty, heading, pagedTable, problemBox } from '../pages-kit/parts';
import { fieldInstant, fieldText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import type { AuditAnswer } from './answers';
import { api } from './api';
import { issuerLink, orderLink } from './parts';

const targetOf = ({ action, target }: AuditAnswer) => {
  if (action.startsWith('issuer.')) return action === 'issuer.deleted' ? target : issuerLink(target);
  if (!action.startsWith('order.')) return target === 'console' ? '' : target;
  const slash = target.indexOf('/');
  return orderLink({ issuerId: target.slice(0, slash), orderNo: target.slice(slash + 1) });
};

const text = (value: unknown): string =>
  typeof value === 'object' && value !== null ? Object.values(value).map(text).join(' ') : String(value);

const wordsOf = ({ action }: AuditAnswer): string => (auditWords as Readonly<Record<string, string>>)[action] ?? action;

/** Only what differs; for something new or gone, the few things that say what it was. */
const changes = ({ before = {}, after = {}, reason, code }: AuditAnswer) => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => name !== 'reason' && text(before[name]) !== text(after[name]),
  );
  return h(
    'ul',
    { class: 'changes' },
    reason !== undefined && h('li', {}, h('span', { class: 'soft' }, 'reason '), reason),
    code !== undefined && h('li', {}, h('span', { class: 'soft' }, 'because '), h('code', {}, code)),
    names.map((name) =>
      h(
        'li',
        {},
        h('span', { class: 'soft' }, `${name} `),
        before[name] !== undefined && h('del', {}, text(before[name])),
        before[name] !== undefined && after[name] !== undefined && ' → ',
        after[name] !== undefined && h('ins', {}, text(after[name])),
      ),
    ),
  );
};

const phaseWords: Readonly<Record<string, string>> = {
  '': 'What was done',
  any: 'All',
  ...{ asked: 'Asked for', done: 'Done', refused: 'Refused', failed: 'Failed' },
} satisfies Record<(typeof auditPhases)[number] | '' | 'any', string>;

const signInWords = { '': 'With all else', only: 'Only them', without: 'Without them' };

const field = (id: string, label: string, input: HTMLElement): Child =>
  h('div', { class: 'field' }, h('label', { for: id }, label), input);

/** Who did what, when, and what it was before: the filter stands in the address. */
export const auditView = async ({ root, query, signal }: View): Promise<void> => {
  const line = (id: string, placeholder: string) =>
    h('input', { id, value: query.get(id) ?? '', placeholder, autocomplete: 'off', spellcheck: 'false' });
  const time = (id: string) => h('input', { id, type: 'datetime-local', value: fieldText(query.get(id)) });
  const choice = (id: string, words: readonly (readonly [string, string])[]) =>
    h(
      'select',
      { id },
      words.map(([value, word]) => h('option', { value, selected: value === (query.get(id) ?? '') }, word)),
    );
  const actor = line('actor', 'Anybody');
  const target = line('target', 'issuer, or issuer/order');
  const action = choice('action', [['', 'Anything'], ...Object.entries(auditWords)]);
  const signIns = choice('signIns', Object.entries(signInWords));
  const phase = choice('phase', Object.entries(phaseWords));
  const [from, to] = [time('from'), time('to')];
  const list = h('div', { 'aria-live': 'polite' });

  let running = new AbortController();
  const find = async (): Promise<void> => {
    running.abort();
    running = new AbortController();
    const mine = AbortSignal.any([running.signal, signal]);
    const wanted = {
      ...{
        actor: actor.value.trim(),
        target: target.value.trim(),
        action: action.value,
        phase: phase.value,
        signIns: signIns.value,
      },
      ...{ from: fieldInstant(from.value), to: fieldInstant(to.value, 59_999) },
    };
    keepInAddress('audit', wanted);
    try {
      const found = await pagedTable(
        'What operators did, newest first',
        [
          { name: 'When', lead: true, cell: ({ at }) => timeTag(at) },
          { name: 'Who', cell: ({ actor: who }) => who },
          { name: 'What', wide: true, cell: (entry) => [wordsOf(entry), ' ', targetOf(entry)] },
          { name: 'Change', wide: true, cell: changes },
        ],
        (cursor) => api.audit(wanted, mine, cursor),
        Object.values(wanted).some((value) => value !== '')
          ? empty('Nothing fits', 'Who and target are searched by the whole of them.')
          : empty('Nothing yet', 'Everything that an operator changes is written down here.'),
        mine,
      );
      if (!mine.aborted) replace(list, found);
    } catch (error) {
      if (!mine.aborted) replace(list, problemBox(error as Error));
    }
  };

  replace(
    root,
    heading('Audit', h('a', { class: 'button', href: api.auditFile(), download: 'audit.ndjson' }, 'Export')),
    h(
      'form',
      { class: 'filters card', role: 'search', onsubmit: (event: Event) => event.preventDefault(), onchange: find },
      field('actor', 'Who', actor),
      field('action', 'What', action),
      field('target', 'Target', target),
      field('phase', 'Phase', phase),
      field('signIns', 'Sign-ins', signIns),
      field('from', 'From', from),
      field('to', 'Until', to),
    ),
    list,
  );
  await find();
};
