import type { Timeline } from '../contract/order';
import { spanText } from '../domain/words/span-text';
import { timelineWords } from '../domain/words/timeline-words';
import { type Child, h } from './dom';
import { clockText } from './time';

type Lines = Timeline['data'];
const linesShown = 200;

const askedBy: Readonly<Record<string, string>> = {
  notice_answered: 'notice_sent',
  code_request_answered: 'code_requested',
};

/** A try and its answer are one line where nothing came between them. */
const joined = (timeline: Lines): Lines => {
  const lines: Lines[number][] = [];
  for (const entry of timeline) {
    const before = lines.at(-1);
    const isAnswer =
      before &&
      before.event === askedBy[entry.event] &&
      before.detail.message === entry.detail.message &&
      before.detail.try === entry.detail.try;
    if (isAnswer) lines.pop();
    lines.push(entry);
  }
  return lines;
};

/** Every try and answer, in the domain's words. */
export const timelineCard = (facts: { readonly createdAt: string }, timeline: Lines) => {
  const lines = joined(timeline);
  const shown = lines.slice(-linesShown);
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Timeline'),
    shown.length < lines.length && h('p', { class: 'soft' }, `The newest ${shown.length} of ${lines.length} lines.`),
    shown.length === 0 && h('p', { class: 'soft' }, 'Nothing has happened yet.'),
    h(
      'ol',
      { class: 'timeline' },
      shown.map((entry) => {
        const { who, text, tone } = timelineWords(entry);
        const afterMs = Date.parse(entry.at) - Date.parse(facts.createdAt);
        return h(
          'li',
          { class: `line ${tone}` },
          h(
            'div',
            { class: 'moment' },
            h('time', { datetime: entry.at }, clockText(entry.at)),
            h('span', {}, afterMs < 1 ? 'start' : `+ ${spanText(afterMs)}`),
          ),
          h('div', { class: 'happened' }, h('span', { class: 'who' }, who), h('p', {}, text), details(entry.detail)),
        );
      }),
    ),
  );
};

const told = [
  'try',
  'ok',
  'problem',
  'tookMs',
  'status',
  'verdict',
  'answer',
  'codes',
  'fresh',
  'outstanding',
  'state',
  'closedReason',
  'type',
  'sequence',
  'quantity',
  'refundDue',
  'reason',
  'by',
  'replay',
  'givenValue',
  'givenCurrency',
  'givenQuantity',
  'items',
  'mayBeLive',
  'decision',
  'value',
  'settled',
  'currency',
];

/** What the sentence did not say. */
const errorsText = (errors: readonly { readonly path: string; readonly code: string }[]): string =>
  errors.map(({ path, code }) => `${path} ${code}`.trim()).join(', ');

const details = (detail: Lines[number]['detail']): Child => {
  const rest = Object.entries(detail).filter(([name]) => !told.includes(name));
  return (
    rest.length > 0 &&
    h(
      'p',
      { class: 'details' },
      rest.map(([name, value]) =>
        h('span', {}, `${name} `, h('code', {}, typeof value === 'object' ? errorsText(value) : String(value))),
      ),
    )
  );
};
