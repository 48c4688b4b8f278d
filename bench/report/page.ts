import type { LongState } from '../../test/fault/long';
import type { Raw } from '../compare/findings';
import type { Machine } from '../compare/machine';
import type { Findings as GrowthFindings } from '../growth/findings';
import type { Findings as PeersFindings } from '../peers/run/findings';
import type { ProfileRun } from '../profile/run';
import { compareCharts } from './compare-charts';
import { compareSection, goalsSection } from './compare-section';
import { faultsSection } from './faults-section';
import { growthSection } from './growth-section';
import { item, paragraph } from './markdown';
import { peersSection } from './peers-section';
import { profileSection } from './profile-section';
import { defaultSetUps, isDefault, type Result, readResults, setUpWords } from './results';

/** All that was ever measured and kept, the default set-up first. */
export interface Results {
  readonly compare: readonly Result<Raw>[];
  readonly profile: readonly Result<ProfileRun>[];
  readonly growth: readonly Result<GrowthFindings>[];
  readonly peers: readonly Result<PeersFindings>[];
  readonly faults: readonly Result<LongState>[];
}

export const readAll = (folder: string): Results => ({
  compare: readResults(folder, 'compare'),
  profile: readResults(folder, 'profile'),
  growth: readResults(folder, 'growth'),
  peers: readResults(folder, 'peers'),
  faults: readResults(folder, 'faults'),
});

const machinesOf = ({ compare, profile, growth, peers }: Results): string[] => {
  const machines: readonly Machine[] = [
    ...[...compare, ...profile, ...peers].map(({ found }) => found.machine),
    ...growth.flatMap(({ found }) => Object.values(found).map(({ machine }) => machine)),
  ];
  const words = machines.map(
    ({ cores, processor, memoryGiB, kernel, node, temporal }) =>
      `${cores} cores (${processor}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, ${temporal}`,
  );
  return [...new Set(words)];
};

const introduction = (results: Results): string[] => {
  const isDefaultMeasured = results.compare.some(({ setUp }) => isDefault(setUp));
  return [
    '# Performance',
    paragraph(
      'Goals and pictures. `npm run bench:report` makes this page of `bench/results` and prints all figures; nobody edits it. Each figure names the engine and the database that it stands on, those of `npm start` first.',
    ),
    ...(isDefaultMeasured
      ? []
      : [
          paragraph(
            `What \`npm start\` runs in a fresh clone, ${defaultSetUps.map((one) => `**${setUpWords(one)}**`).join(' or, where its vendor does not answer, ')}, has no kept run yet; SecantusDB is slower than its Rust build below.`,
          ),
        ]),
    [
      item('The **platform** is measured as it is really run.'),
      item(
        'The **bare** order is the least Temporal workflow behind the same wire: two Updates and three activities, without signatures, encryption, database, idempotency, windows, outbox or pages.',
      ),
      item('Each run says its date; [CHANGELOG.md](../CHANGELOG.md) says what changed since.'),
      item('Everything shares one machine, so ratios say more. Every accepted order is followed to its end.'),
      ...machinesOf(results).map((machine) => item(`Machine: ${machine}.`)),
    ].join('\n'),
  ];
};

/** The pictures are of the first set-up. */
export const chartsOf = ({ compare: [first] }: Results): Record<string, string> => (first ? compareCharts(first) : {});

const pictureWords: Readonly<Record<string, string>> = {
  'orders-per-second': 'Delivered orders a second',
  'payment-to-code': 'From payment to code',
  overload: 'The platform at three times its saturation',
  cpu: 'CPU of an order',
};

const picturesOf = (results: Results): string[] => {
  const [first] = results.compare;
  if (!first) return [];
  const setUp = setUpWords(first.setUp);
  const note = first.found.note === undefined ? '' : `, ${first.found.note}`;
  return [
    `## In pictures: ${setUp}`,
    paragraph(
      `Measured on ${first.found.startedAt.slice(0, 10)}${note}. Medians of ${first.found.rounds.length} rounds.`,
    ),
    ...Object.keys(chartsOf(results)).map(
      (name) => `![${pictureWords[name] ?? name}, ${setUp}](images/performance-${name}.svg)`,
    ),
  ];
};

/** The whole of docs/performance.md. */
export const pageOf = (results: Results): string =>
  `${[
    ...introduction(results),
    ...(results.compare.length > 0 ? goalsSection(results.compare) : []),
    ...picturesOf(results),
  ].join('\n\n')}\n`;

/** Every figure that was kept, as `npm run bench:report` prints it. */
export const figuresOf = (results: Results): string => {
  const [profile] = results.profile;
  return `${[
    '# Figures',
    ...machinesOf(results).map((machine) => paragraph(`Machine: ${machine}.`)),
    ...results.compare.flatMap(compareSection),
    ...(profile ? profileSection(profile) : []),
    ...results.growth.flatMap(growthSection),
    ...results.peers.flatMap(peersSection),
    ...results.faults.flatMap(faultsSection),
  ].join('\n\n')}\n`;
};
