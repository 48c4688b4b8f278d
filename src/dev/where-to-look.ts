import { operatorsAt, type RunSettings } from './run-settings';

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
  const operatorUrl = operatorsAt(settings).publicUrl;
  const demoLines: [string, string][] = demo
    ? [
        ['Demo order', demoOrderUrl ?? 'not placed yet, see simulator.log'],
        ['Demo', 'sells orders by itself, and breaks some on purpose'],
        ['', 'DEMO=off npm start runs without it'],
      ]
    : [['Next', 'create an issuer in the console, then send its first order']];
  const lines: [string, string][] = [
    ['Start here', publicUrl],
    ['Operator console', `${operatorUrl}/operator`],
    ['Operator token', operatorToken],
    ['API docs', `${operatorUrl}/docs`],
    ...demoLines,
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
