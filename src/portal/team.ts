import { h, note, replace } from '../pages-kit/dom';
import { empty, heading, table } from '../pages-kit/parts';
import { makePortalLink } from '../pages-kit/portal-link';
import { agoText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import { api, isAdmin, type SessionsAnswer } from './api';

type Session = SessionsAnswer['data'][number];

const invite = (): Promise<void> => makePortalLink('A link for a colleague', api.link);

/** Who is signed in here, and who may be let in. */
export const teamView = async ({ root, signal }: View): Promise<void> => {
  const body = h('div', {});
  const end = async (sessionId?: string): Promise<void> => {
    try {
      const { ended } = await api.endSessions(sessionId);
      note(
        `Ended: ${ended}. ${sessionId === undefined ? 'Links that waited are ended, too.' : 'Links that wait are still good.'}`,
      );
      await look();
    } catch (error) {
      note((error as Error).message, 'bad');
    }
  };
  const look = async (): Promise<void> => {
    const { data } = await api.sessions(signal);
    replace(
      body,
      data.length === 0
        ? empty('Nobody is signed in')
        : h(
            'div',
            { class: 'paged' },
            table<Session>(
              'Who is signed in, newest first',
              [
                { name: 'Who', lead: true, cell: ({ name, isThis }) => [name, isThis ? ' (this browser)' : ''] },
                { name: 'May', cell: ({ role }) => (role === 'admin' ? 'read and change' : 'read') },
                { name: 'Since', end: true, named: true, cell: ({ startedAt }) => timeTag(startedAt) },
                { name: 'Last used', end: true, named: true, cell: ({ seenAt }) => timeTag(seenAt, agoText(seenAt)) },
                {
                  name: 'End',
                  end: true,
                  cell: ({ sessionId, name }) =>
                    isAdmin() &&
                    h('button', { type: 'button', 'aria-label': `End ${name}`, onclick: () => end(sessionId) }, 'End'),
                },
              ],
              data,
            ),
          ),
      isAdmin() &&
        h('div', { class: 'action-row' }, h('button', { type: 'button', onclick: () => end() }, 'End all sessions')),
    );
  };
  replace(
    root,
    heading('Team', isAdmin() && h('button', { type: 'button', class: 'primary', onclick: invite }, 'New link')),
    h('section', {}, body),
  );
  await look();
};
