import { auditWords } from '../domain/words/audit-words';
import type { AuditAnswer } from './answers';
import { api } from './api';
import { h, replace } from './dom';
import { empty, heading, issuerLink, orderLink, pagedTable } from './parts';
import { timeTag } from './time';
import type { View } from './view';

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
const changes = ({ before = {}, after = {} }: AuditAnswer) => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => text(before[name]) !== text(after[name]),
  );
  return h(
    'ul',
    { class: 'changes' },
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

/** Who did what, when, and what it was before. */
export const auditView = async ({ root, signal }: View): Promise<void> => {
  const list = h('div', {});
  replace(root, heading('Audit'), list);
  const found = await pagedTable(
    'What operators did, newest first',
    [
      { name: 'When', lead: true, cell: ({ at }) => timeTag(at) },
      { name: 'Who', cell: ({ actor }) => actor },
      { name: 'What', wide: true, cell: (entry) => [wordsOf(entry), ' ', targetOf(entry)] },
      { name: 'Change', wide: true, cell: changes },
    ],
    (cursor) => api.audit(signal, cursor),
    empty('Nothing yet', 'Everything that an operator changes is written down here.'),
  );
  if (!signal.aborted) replace(list, found);
};
