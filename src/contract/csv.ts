/** How a text begins that a spreadsheet would take for a formula. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Where one would begin in a spreadsheet that parts cells by semicolons or tabs, as those of many countries do. */
const innerFormula = /([;\t\r\n])(?='*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
const guardedInner = /([;\t\r\n])'(?='*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in front; nothing stays empty. */
const cell = (value: string | number | undefined, isForPeople: boolean): string => {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const parted = isForPeople ? value.replaceAll(innerFormula, "$1'") : value;
  const safe = formula.test(value) ? `'${parted}` : parted;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Back from a cell, so that what was taken out can be sent back. */
export const unguarded = (cellText: string): string =>
  (cellText.startsWith("'") && formula.test(cellText.slice(1)) ? cellText.slice(1) : cellText).replaceAll(
    guardedInner,
    '$1',
  );

/** Of every CSV file of the platform. `isForPeople`: not one whose values somebody copies, as a buyer's codes. */
export const csvLine = (cells: readonly (string | number | undefined)[], isForPeople = true): string =>
  `${cells.map((value) => cell(value, isForPeople)).join(',')}\r\n`;
