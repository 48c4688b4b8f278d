import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Collection } from 'mongodb';
import { projectFolder } from '../../src/dev/project-folder';

const methods = [
  ...['find', 'findOne', 'findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete', 'aggregate', 'distinct'],
  ...['updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'countDocuments', 'bulkWrite'],
] as const;
export const collections = [
  ...['orders', 'submissions', 'issuers', 'requests', 'inbox', 'audit', 'keys', 'settings', 'alerts'],
  ...[
    'orderSettings',
    'workers',
    'dayCounts',
    'ledger',
    'answers',
    'consoleSessions',
    'portalSessions',
    'portalLinks',
    'conformanceRuns',
    'conformanceOrders',
    'guesses',
    'knownNetworks',
    'approvals',
    'echoes',
    'sandboxInbox',
    'comparisons',
    'reconciliations',
    'reconciliationPages',
    'statements',
    'statementParts',
    'replays',
  ],
];
const call = new RegExp(`\\b(?:${[...collections, 'collection'].join('|')})\\s*\\.(${methods.join('|')})\\(`, 'g');

interface Place {
  readonly at: string;
  /** The call's own words: two that are alike count as one. */
  readonly words: string;
}

/** Where src/store asks something of a collection. An insert asks nothing. */
export const callsInSource = (): Place[] => {
  const folder = join(projectFolder, 'src', 'store');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      return [...source.matchAll(call)].map((match) => {
        const name = match.index + match[0].lastIndexOf('.');
        const line = source.slice(0, name).split('\n').length;
        const words = source.slice(name, name + 80).split(';')[0] ?? '';
        return { at: `${file}:${line}`, words: `${file} ${words.replace(/\s+/g, ' ')}` };
      });
    });
};

/** From now on, each place in src/store that asks something of a collection is written down, as `file:line`. */
export const heardCalls = (): Set<string> => {
  const heard = new Set<string>();
  for (const method of methods) {
    const original = Collection.prototype[method] as (...given: unknown[]) => unknown;
    Object.assign(Collection.prototype, {
      [method](this: Collection, ...given: unknown[]): unknown {
        const at = /src\/store\/((?!readable-rows)[\w-]+\.ts:\d+)/.exec(new Error('where').stack ?? '')?.[1];
        if (at !== undefined) heard.add(at);
        return original.apply(this, given);
      },
    });
  }
  return heard;
};
