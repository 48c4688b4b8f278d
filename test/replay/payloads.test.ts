import { isAllowed, leaves, toldBy } from './allowed-payloads';
import { readHistoryJson, recordedNames } from './histories';

test.each(recordedNames())('the history "%s" holds references, numbers and closed words alone', (name) => {
  const told = toldBy(readHistoryJson(name));
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((leaf) => !isAllowed(leaf))).toEqual([]);
});

const ofAMachine = /(^|[\s("'=])(file:\/\/)?\/[\w.@-]+\/[\w.@/-]+/;

test.each(recordedNames())('the history "%s" names no path of the machine that recorded it', (name) => {
  const history = readHistoryJson(name);
  const texts = [...leaves(history), ...toldBy(history)].flatMap(([path, text]) =>
    typeof text === 'string' && !/\.(data|metadata\.\w+)$/.test(path) ? [text] : [],
  );
  expect(texts.filter((text) => ofAMachine.test(text))).toEqual([]);
});

test('an address, a token, the words of a person, a path and a stack would be found', () => {
  const leaked = {
    terminal: { address: 'ann@example.org' },
    tokenHash: 'x',
    reason: 'I changed my mind',
    kind: 'cancel',
  };
  const failure = { message: 'no file /home/ann/key', source: 'TypeScriptSDK', stackTrace: 'at /home/ann/a.js:1:2' };
  expect([...leaves(leaked), ...toldBy({ failure })].filter((leaf) => !isAllowed(leaf))).toEqual([
    ['.terminal.address', 'ann@example.org'],
    ['.tokenHash', 'x'],
    ['.reason', 'I changed my mind'],
    ['.message', 'no file /home/ann/key'],
    ['.stackTrace', 'at /home/ann/a.js:1:2'],
  ]);
  for (const text of [failure.message, failure.stackTrace]) expect(text).toMatch(ofAMachine);
});
