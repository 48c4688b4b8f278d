import type { RunSettings } from './run-settings';

export interface Places {
  settings: RunSettings;
  uiUrl: string | undefined;
  demoOrderUrl: string | undefined;
  inboxUrl: string | undefined;
  logFolder: string;
}

/** The last thing on screen: where a person goes next. */
export function whereToLook({ settings, uiUrl, demoOrderUrl, inboxUrl, logFolder }: Places): string {
  const { publicUrl, operatorToken, demo } = settings;
  const lines: [string, string][] = [
    ['Platform', publicUrl],
    ['Operator console', `${publicUrl}/operator`],
    ['Operator token', operatorToken],
    ['API docs', `${publicUrl}/docs`],
    ...(demo ? ([['Demo order', demoOrderUrl ?? 'not placed yet, see simulator.log']] as [string, string][]) : []),
    ...(inboxUrl === undefined
      ? []
      : ([
          ['Mail inbox', `${inboxUrl}/mail`],
          ['SMS inbox', `${inboxUrl}/sms`],
        ] as [string, string][])),
    ...(uiUrl === undefined ? [] : ([['Workflows', uiUrl]] as [string, string][])),
    ['Logs', logFolder],
    ['Stop', 'Ctrl-C'],
  ];
  const texts = lines.map(([name, value]) => `${name.padEnd(17)} ${value}`);
  const width = Math.max(...texts.map((text) => text.length));
  const rule = '─'.repeat(width + 2);
  return [`┌${rule}┐`, ...texts.map((text) => `│ ${text.padEnd(width)} │`), `└${rule}┘`].join('\n');
}
