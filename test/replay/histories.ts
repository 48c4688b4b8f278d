import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as proto from '@temporalio/proto';
import { patchProtobufRoot } from '@temporalio/proto/lib/patch-protobuf-root';

export type History = proto.temporal.api.history.v1.IHistory;

/**
 * The form that the Temporal CLI and UI read and write. `@temporalio/common` has it as `historyToJSON`, which fails where
 * npm installs a second copy of protobufjs beside the one of the types: so the copy of the types is taken.
 */
interface ProtoJson {
  toJson(type: unknown, message: unknown): unknown;
  fromJson(type: unknown, json: unknown): History;
}
const asTheTypesLoad = createRequire(require.resolve('@temporalio/proto'));
const { toJson, fromJson }: ProtoJson = asTheTypesLoad('protobufjs/ext/protojson');
interface Root {
  lookupType(name: string): unknown;
}
const historyType = (patchProtobufRoot(proto as unknown as Record<string, unknown>) as unknown as Root).lookupType(
  'temporal.api.history.v1.History',
);

/** Of the recordings of 0.1.0 and before, which are sealed: whoever replays one must be able to open it. */
export const recordingKey = Buffer.alloc(32, 7);

const folder = join(__dirname, 'histories');
/** Of an order that began before 0.1.0 and that nobody runs: kept to show that replaying finds what it cannot go on with. */
export const endedName = 'ended/good-push-page';

const namesIn = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();

export const recordedNames = (): string[] => namesIn(folder);

/** As the workflows of 0.1.0 wrote them: sealed, and with hashes of tokens. */
export const firstNames = (): string[] => namesIn(join(folder, '0.1.0')).map((name) => `0.1.0/${name}`);

export const readHistory = (name: string): History => fromJson(historyType, readHistoryJson(name));

export const historyJson = (history: History): { events: unknown[] } =>
  toJson(historyType, proto.temporal.api.history.v1.History.fromObject(history)) as { events: unknown[] };

export const readHistoryJson = (name: string): unknown =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));

/** One event a line, so that a new recording can be read beside the old one; without the names of the machine. */
export const writeHistory = (name: string, history: History): void => {
  const { events } = historyJson(history);
  const identities = new Set(
    (history.events ?? []).flatMap((event) =>
      [
        event.workflowExecutionStartedEventAttributes,
        event.workflowTaskStartedEventAttributes,
        event.activityTaskStartedEventAttributes,
      ].flatMap((attributes) => attributes?.identity || []),
    ),
  );
  const lines = events.map((event) =>
    [...identities].reduce((text, identity) => text.replaceAll(identity, 'recorder'), JSON.stringify(event)),
  );
  writeFileSync(join(folder, `${name}.json`), `{"events":[\n${lines.join(',\n')}\n]}\n`);
};
