import { api } from './api.js';
import { h, replace } from './dom.js';
import { empty, heading, issuerLink, orderLink, pagedTable } from './parts.js';
import { timeTag } from './time.js';
import { auditWords } from './words.js';

const targetOf = ({ action, target }) => {
  if (action.startsWith('issuer.')) return action === 'issuer.deleted' ? target : issuerLink(target);
  if (!action.startsWith('order.')) return target === 'console' ? '' : target;
  const slash = target.indexOf('/');
  return orderLink({ issuerId: target.slice(0, slash), orderNo: target.slice(slash + 1) });
};

const text = (value) =>
  typeof value === 'object' && value !== null ? Object.values(value).map(text).join(' ') : String(value);

/** Only what differs; for something new or gone, the few things that say what it was. */
const changes = ({ before = {}, after = {} }) => {
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
export const auditView = async ({ root, signal }) => {
  const list = h('div', {});
  replace(root, heading('Audit'), list);
  const found = await pagedTable(
    'What operators did, newest first',
    [
      { name: 'When', lead: true, cell: ({ at }) => timeTag(at) },
      { name: 'Who', cell: ({ actor }) => actor },
      { name: 'What', wide: true, cell: (entry) => [auditWords[entry.action] ?? entry.action, ' ', targetOf(entry)] },
      { name: 'Change', wide: true, cell: changes },
    ],
    (cursor) => api.audit(signal, cursor),
    empty('Nothing yet', 'Everything that an operator changes is written down here.'),
  );
  if (!signal.aborted) replace(list, found);
};
