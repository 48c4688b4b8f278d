import { asCalled } from '../domain/words/as-called';
import { askDialog } from '../pages-kit/dialog';
import { type Child, h, note, replace } from '../pages-kit/dom';
import { type Column, empty, pagedTable } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { ApprovalAnswer, RevealedAnswer } from './answers';
import { api, may, session } from './api';
import { issuerLink, orderLink } from './parts';

const stateChips: Readonly<Record<ApprovalAnswer['state'] | 'undone', readonly [tone: string, word: string]>> = {
  open: ['wait', 'Waits'],
  approved: ['good', 'Approved'],
  refused: ['bad', 'Refused'],
  expired: ['off', 'Expired'],
  undone: ['bad', 'Approved, maybe not done'],
};

const stateChip = ({ state, undone }: ApprovalAnswer): Child => {
  const [tone, word] = stateChips[undone ? 'undone' : state];
  return h('span', { class: `chip ${tone}` }, word);
};

const factsOf = ({ terminal: { channel, ...fields }, secrets, secretsDropped = [] }: RevealedAnswer): Child =>
  h(
    'dl',
    { class: 'facts' },
    Object.entries({ channel, ...fields }).map(([name, value]) => [
      h('dt', {}, name),
      h('dd', {}, h('code', { class: 'address' }, asCalled(value))),
    ]),
    secrets.map((name) => [h('dt', {}, name), h('dd', {}, 'another one would be set; it is never shown')]),
    secretsDropped.map((name) => [h('dt', {}, name), h('dd', {}, 'the one that the order has would end')]),
  );

/** Masked, two addresses on one host are the same text. It is asked for as the audit log tells who looked. */
const wholeAddress = ({ approvalId }: ApprovalAnswer): HTMLElement => {
  const told = h('div', { role: 'status' });
  const show = h(
    'button',
    {
      type: 'button',
      onclick: async () => {
        show.disabled = true;
        try {
          replace(told, factsOf(await api.revealApproval(approvalId)));
          show.remove();
        } catch (error) {
          replace(told, h('p', { class: 'bad-text' }, (error as Error).message));
          show.disabled = false;
        }
      },
    },
    'Show the whole address',
  );
  return h('div', {}, told, show);
};

const secretsText = ({ secretsSet = [], secretsDropped = [] }: ApprovalAnswer): string =>
  [
    ...secretsSet.map((name) => ` Another ${name} would be set.`),
    ...secretsDropped.map((name) => ` The ${name} that the order has would end.`),
  ].join('');

const isOwn = ({ askedBy }: ApprovalAnswer): boolean => askedBy === session.current?.operator.name;

const decide = async (approval: ApprovalAnswer, decision: 'approve' | 'refuse', refresh: () => void): Promise<void> => {
  const isApproval = decision === 'approve';
  const done = await askDialog({
    title: isApproval ? 'Send the codes there?' : 'Refuse the other terminal?',
    text: isApproval
      ? `The codes of ${approval.orderNo} go to ${approval.terminal.hint}, as ${approval.askedBy} asked.${approval.newLink ? ' The pick-up link that the buyer has ends.' : ''}${secretsText(approval)} The issuer is told.`
      : `The codes of ${approval.orderNo} stay where they are.`,
    more: wholeAddress(approval),
    confirm: isApproval ? 'Approve' : 'Refuse',
    danger: isApproval,
    run: () => api.decideApproval(approval.approvalId, decision),
  });
  if (!done) return;
  note(isApproval ? 'Approved; the codes are on their way.' : 'Refused.');
  refresh();
};

const buttons = (approval: ApprovalAnswer, refresh: () => void): Child => {
  const button = (label: string, decision: 'approve' | 'refuse') =>
    h('button', { type: 'button', onclick: () => decide(approval, decision, refresh) }, label);
  if (approval.state !== 'open') {
    const mayRepeat =
      approval.undone && may('operator') && !isOwn(approval) && Date.parse(approval.endsAt) > Date.now();
    return [approval.decidedBy && `by ${approval.decidedBy} `, mayRepeat && button('Do it again', 'approve')];
  }
  if (!may('operator')) return false;
  if (isOwn(approval)) return 'waits for somebody else';
  return [button('Approve', 'approve'), ' ', button('Refuse', 'refuse')];
};

/** Terminals that one operator changed and another one has to approve, where `twoPersons` is on. */
export const approvalsList = (signal: AbortSignal, refresh: () => void): Promise<HTMLElement> => {
  const columns: readonly Column<ApprovalAnswer>[] = [
    { name: 'Order', lead: true, cell: orderLink },
    { name: 'Issuer', cell: ({ issuerId }) => issuerLink(issuerId) },
    {
      name: 'State',
      state: true,
      cell: stateChip,
    },
    { name: 'The codes go to', wide: true, cell: ({ terminal }) => `${terminal.channel}: ${terminal.hint}` },
    { name: 'Asked by', named: true, cell: ({ askedBy }) => askedBy },
    { name: 'Asked', end: true, named: true, cell: ({ askedAt }) => timeTag(askedAt, agoText(askedAt)) },
    { name: 'Decision', end: true, cell: (approval) => buttons(approval, refresh) },
  ];
  return pagedTable(
    'Other terminals that were asked for, newest first',
    columns,
    (cursor) => api.approvals(signal, cursor),
    empty(
      'Nothing waits for approval',
      'With “two persons” a changed terminal needs another operator within 24 hours.',
    ),
    signal,
  );
};
