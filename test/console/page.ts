import { Window } from 'happy-dom';

const borrowed = [
  'document',
  'location',
  'history',
  'Node',
  'Element',
  'HTMLElement',
  'HTMLInputElement',
  'Event',
  'HashChangeEvent',
  'getComputedStyle',
  'localStorage',
] as const;

/**
 * A page without a browser, for one test file, which imports this before any module of the console: some look at the page
 * while they load. Layout, navigation and the content security policy are for test/browser.
 */
export const page = new Window({ url: 'http://console.test/operator' });

const globals = globalThis as unknown as Record<string, unknown>;
globals.window = page;
for (const name of borrowed) globals[name] = page[name];
page.document.write('<div id="app"></div><div id="notes"></div>');

afterAll(() => page.happyDOM.close());
