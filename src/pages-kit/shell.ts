import { type Child, h, icon, note, replace } from './dom';
import { problemBox } from './parts';
import { timeZone } from './time';
import type { View } from './view';

export interface Place {
  readonly path: string;
  readonly title: string;
  readonly icon: Parameters<typeof icon>[0];
}

export interface Route {
  readonly pattern: RegExp;
  /** Under which of the places it stands. */
  readonly place: string;
  readonly view: (view: View) => void | Promise<void>;
}

interface Shell {
  /** For those who hear the page. */
  readonly name: string;
  readonly places: readonly Place[];
  /** The first one is shown where the address names none. */
  readonly routes: readonly [Route, ...Route[]];
  readonly above?: Child;
  readonly signOut: () => Promise<void>;
  /** Called once the session is gone. */
  readonly onLeft: () => void;
}

/** What stands around every view of a page that one signs in to: where one is, who one is, and the times' zone. */
export const createShell = ({ name, places, routes, above, signOut, onLeft }: Shell) => {
  const [home] = routes;
  const app = document.getElementById('app') as HTMLElement;
  const view = h('main', { id: 'view', tabindex: '-1' });
  const links = places.map((place) =>
    h('a', { href: `#/${place.path}` }, icon(place.icon), h('span', {}, place.title)),
  );
  const who = h('p', { class: 'who-am-i soft' });
  const zoneChoice = h(
    'select',
    { id: 'time-zone', onchange: () => chooseZone() },
    timeZone.all().map((zone) => h('option', { value: zone, selected: zone === timeZone.get() }, zone)),
  );
  const shell = h(
    'div',
    { class: 'shell' },
    h(
      'header',
      { class: 'side' },
      h(
        'a',
        { class: 'brand', href: `#/${home.place}` },
        h('span', { class: 'mark', 'aria-hidden': 'true' }),
        'Codeferry',
      ),
      h('nav', { 'aria-label': name }, links),
      h(
        'div',
        { class: 'side-end' },
        who,
        h('button', { type: 'button', class: 'quiet', onclick: () => end() }, icon('out'), h('span', {}, 'Sign out')),
      ),
    ),
    h(
      'div',
      { class: 'stage' },
      above,
      view,
      h('footer', { class: 'zone soft' }, h('label', { for: 'time-zone' }, 'Times are in'), zoneChoice),
    ),
  );
  let open = new AbortController();

  /** The address after `#` names the view, so that back, forward, reload and links work as everywhere. */
  const show = (): void => {
    open.abort();
    open = new AbortController();
    const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
    const named = routes.find(({ pattern }) => pattern.test(path));
    // Shown at once: until the browser tells of the new address, the view would be empty.
    if (!named) history.replaceState(null, '', `#/${home.place}`);
    const route = named ?? home;
    links.forEach((link, n) => {
      if (places[n]?.path === route.place) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    });
    const params = (route.pattern.exec(path) ?? []).slice(1).map(decoded);
    const { signal } = open;
    document.title = `${places.find((place) => place.path === route.place)?.title} · Codeferry`;
    window.scrollTo(0, 0);
    Promise.resolve(route.view({ root: view, params, query: new URLSearchParams(query), signal })).catch((error) => {
      if (!signal.aborted) replace(view, problemBox(error));
    });
  };

  const chooseZone = (): void => {
    timeZone.set(zoneChoice.value);
    show();
  };

  /** What one person saw is gone before the next one signs in. */
  const leave = (): void => {
    open.abort();
    replace(view);
    onLeft();
  };

  const end = async (): Promise<void> => {
    try {
      await signOut();
      leave();
    } catch (error) {
      note((error as Error).message, 'bad');
    }
  };

  return {
    app,
    show,
    leave,

    enter: (person: Child, maySee: (place: Place) => boolean = () => true): void => {
      replace(who, person);
      links.forEach((link, n) => {
        const place = places[n];
        link.hidden = !place || !maySee(place);
      });
      replace(app, shell);
      show();
    },

    /** The platform knows the session no more. */
    sessionEnded: (text: string): void => {
      document.querySelector<HTMLDialogElement>('dialog[open]')?.close();
      leave();
      note(text, 'part');
    },
  };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
