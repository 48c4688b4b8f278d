import { spreadOf } from '../compare/statistics';
import { type ContenderName, contenderNames, titles } from '../peers/run/contender';
import type { Findings } from '../peers/run/findings';
import type { Loss } from '../peers/run/loss';
import { crowds, type Speed } from '../peers/run/speed';
import { columns, item, middle, paragraph } from './markdown';
import { type Result, setUpWords } from './results';

const secondMs = 1_000;

const presentIn = (findings: Findings): ContenderName[] => {
  const seen = new Set([...findings.speeds, ...findings.losses].map(({ contender }) => contender));
  return contenderNames.filter((name) => seen.has(name));
};

const speedTable = (findings: Findings): string => {
  const row = (name: ContenderName): string[] => {
    const own = findings.speeds.filter(({ contender }) => contender === name);
    const cell = (inFlight: number, pick: (speed: Speed) => number | undefined): string =>
      middle(spreadOf(own.filter((speed) => speed.inFlight === inFlight).map(pick)));
    return [
      titles[name],
      ...crowds.map((inFlight) => cell(inFlight, ({ deliveredPerSecond }) => deliveredPerSecond)),
      cell(1, ({ accept }) => accept.p50),
      cell(1, ({ paymentToCode }) => paymentToCode.p50),
      cell(16, ({ paymentToCode }) => paymentToCode.p50),
      cell(16, ({ cpuPerOrder: { app, store } }) => (app ?? 0) + (store ?? 0)),
      own.every(({ isWhole }) => isWhole) ? 'yes' : '**no**',
    ];
  };
  return columns(
    [
      '',
      ...crowds.map((inFlight) => `orders/s, ${inFlight}`),
      'accept p50 ms, 1',
      'to code p50 ms, 1',
      'to code p50 ms, 16',
      'CPU ms of an order, 16',
      'each delivered once',
    ],
    presentIn(findings).map(row),
  );
};

const lossTable = (findings: Findings): string => {
  const sum = (losses: readonly Loss[], pick: (loss: Loss) => number): string =>
    String(losses.reduce((total, loss) => total + pick(loss), 0));
  const row = (name: ContenderName): string[] => {
    const own = findings.losses.filter(({ contender }) => contender === name);
    return [
      titles[name],
      `${sum(own, ({ kills }) => kills.app)} + ${sum(own, ({ kills }) => kills.store)}`,
      sum(own, ({ accepted }) => accepted),
      sum(own, ({ neverDelivered }) => neverDelivered),
      sum(own, (loss) => loss.twiceWithAnotherId + loss.twiceWithAnotherCode + loss.wrongCode + loss.strays),
      sum(own, ({ repeated: { deliveries, notices } }) => deliveries + notices),
      middle(spreadOf(own.map(({ settledMs }) => settledMs / secondMs))),
    ];
  };
  const measured = presentIn(findings).filter((name) => findings.losses.some(({ contender }) => contender === name));
  return columns(
    ['', 'kills, app + stores', 'accepted', 'lost', 'doubled or wrong', 'repeated under its id', 'settled after, s'],
    measured.map(row),
  );
};

/** What else would do the work, and what each loses at kill -9. */
export const peersSection = ({ setUp, found }: Result<Findings>): string[] => {
  const { startedAt, options, missing } = found;
  const failed = Object.entries(missing).map(([name, why]) => item(`${titles[name as ContenderName]}: ${why}`));
  return [
    `## Beside peers: ${setUpWords(setUp)}`,
    paragraph(
      `On ${startedAt.slice(0, 10)}: ${options.rounds} rounds with windows of ${options.windowMs / secondMs} s. A difference below a third is none. Codeferry and the bare order stand on Temporal's dev server, the others run as in production, on one node.`,
    ),
    ...(options.note === undefined ? [] : [paragraph(`**Not a measurement to quote.** ${options.note}`)]),
    speedTable(found),
    paragraph(
      'Under a load of eight orders application and stores are killed (-9) in turn and started again. The judge knows what the shop was answered and what came to the terminal.',
    ),
    lossTable(found),
    ...failed,
    [
      item(
        'Codeferry alone signs every call, encrypts codes, keeps rows and a timeline for reads, and judges late and conflicting calls.',
      ),
      item(
        "The last column: the peers retry after 200 ms, Codeferry after 2 to 10 s; BullMQ finds a dead worker's job after 30 s, the outbox after 15 s.",
      ),
    ].join('\n'),
  ];
};
