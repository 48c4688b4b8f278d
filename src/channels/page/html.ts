/** Text that is already HTML. Only `html` and a drawn picture make one, so what an issuer wrote can never become markup. */
export class Markup {
  constructor(readonly text: string) {}
}

type Piece = string | number | false | undefined | Markup | readonly Markup[];

/** Tag of every template of the page: whatever is not Markup is escaped, in text and in quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(parts.map((part, place) => part + piece(pieces[place])).join(''));
}

function piece(value: Piece): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map((markup) => markup.text).join('');
  return escapeHtml(String(value));
}

// A bare carriage return would be read as a line feed, and a code is shown and copied byte for byte.
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"'\r]/g, (character) => escapes[character] ?? '');
