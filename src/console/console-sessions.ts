import { h, note, replace } from '../pages-kit/dom';
import { table } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { ConsoleSessionsAnswer } from './answers';
import { api, may } from './api';

/** On the settings view: who is signed in, one's own sessions or, to an admin, everybody's, and the end of them. */
export const consoleSessionsCard = async (signal: AbortSignal) => {
  const body = h('div', {});
  const end = async (which: Parameters<typeof api.endSessions>[0]): Promise<void> => {
    try {
      const { ended } = await api.endSessions(which);
      note(`Ended: ${ended}.`);
      await look();
    } catch (error) {
      note((error as Error).message, 'bad');
    }
  };
  const endButton = (text: string, which: Parameters<typeof api.endSessions>[0]) =>
    h('button', { type: 'button', onclick: () => end(which) }, text);
  const columns = [
    {
      name: 'Who',
      lead: true,
      cell: ({ operator, isThis }: ConsoleSessionsAnswer['data'][number]) => [
        operator.name,
        isThis ? ' (this browser)' : '',
      ],
    },
    {
      name: 'Last used',
      named: true,
      cell: ({ seenAt }: ConsoleSessionsAnswer['data'][number]) => timeTag(seenAt, agoText(seenAt)),
    },
    {
      name: 'End',
      end: true,
      cell: ({ sessionId }: ConsoleSessionsAnswer['data'][number]) => endButton('End', { sessionId }),
    },
  ];
  const look = async (): Promise<void> => {
    const { data } = await api.sessions(signal);
    replace(
      body,
      table('Sessions, newest first', columns, data),
      h(
        'div',
        { class: 'action-row' },
        endButton('End all of mine', {}),
        may('admin') && endButton('End everybody’s', { everyone: true }),
      ),
    );
  };
  await look();
  return h('section', { class: 'card' }, h('h2', {}, 'Console sessions'), body);
};
