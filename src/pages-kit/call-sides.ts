import type { CallSide } from '../contract/operator/calls';
import { type Child, h } from './dom';

const pathsShown = 5;

/** One half of a call: its body without anything secret. */
export const sideCard = (title: string, { status, body, notKept }: CallSide) =>
  h(
    'section',
    { class: 'card' },
    h('h2', {}, status === undefined ? title : `${title}, HTTP ${status}`),
    body === undefined
      ? h('p', { class: 'soft' }, bodyless(status, notKept))
      : h('pre', { class: 'call-body', tabindex: '0' }, JSON.stringify(body, null, 2)),
    body !== undefined && notKept.length > 0 && h('p', { class: 'soft' }, 'Not kept: ', pathList(notKept)),
  );

const bodyless = (status: number | undefined, notKept: readonly string[]): string => {
  if (notKept.length > 0) return 'Its body is not kept.';
  return status === undefined ? 'It was an answer, and got none.' : 'It has no body.';
};

const pathList = (paths: readonly string[]): Child => [
  paths.slice(0, pathsShown).map((path, n) => [n > 0 && ', ', h('code', {}, path)]),
  paths.length > pathsShown && `, and ${paths.length - pathsShown} more`,
];
