import { Failure } from '../domain/failures';

type Body = Readonly<Record<string, unknown>>;
type Change = (body: Body) => Body;

/**
 * One change that breaks a client, named, both ways: what a client of the version before sends is made today's, and what it
 * is told is made as it was. By the names of routes and the types of callbacks.
 */
export interface WireChange {
  readonly name: string;
  readonly calls?: Readonly<Record<string, { readonly request?: Change; readonly answer?: Change }>>;
  readonly callbacks?: Readonly<Record<string, { readonly message?: Change; readonly answer?: Change }>>;
}

/** Of a route what its answers' version hangs on. */
interface AnsweredRoute {
  readonly name: string;
  readonly givesMessages?: boolean;
}

export interface WireVersion {
  readonly date: string;
  /** From the version before it. */
  readonly changes: readonly WireChange[];
  readonly deprecatedAt?: Date;
  readonly endsAt?: Date;
}

/** The oldest first. Today there is one: what adds to the contract needs none. */
const wireVersions: readonly WireVersion[] = [{ date: '2026-11-28', changes: [] }];

export type Versions = ReturnType<typeof createVersions>;

export const createVersions = (all: readonly WireVersion[] = wireVersions) => {
  const [newest] = all.slice(-1);
  const [oldest] = all;
  if (!newest || !oldest) throw new RangeError('there is a version');

  /** What came after it, the oldest first. */
  const after = ({ date }: WireVersion): WireChange[] =>
    all.filter((one) => one.date > date).flatMap(({ changes }) => changes);
  const forward = (version: WireVersion, body: unknown, of: (change: WireChange) => Change | undefined): unknown =>
    isBody(body) ? after(version).reduce((made, change) => of(change)?.(made) ?? made, body) : body;
  const back = (version: WireVersion, body: unknown, of: (change: WireChange) => Change | undefined): unknown =>
    isBody(body) ? after(version).reduceRight((made, change) => of(change)?.(made) ?? made, body) : body;

  const message = <M extends { readonly type: string }>(version: WireVersion, of: M): M =>
    back(version, of, ({ callbacks }) => callbacks?.[of.type]?.message) as M;
  const withMessages = (version: WireVersion, body: { readonly data: readonly { readonly type: string }[] }) => ({
    ...body,
    data: body.data.map((one) => message(version, one)),
  });

  return {
    newest: newest.date,
    all,
    dates: all.map(({ date }) => date) as [string, ...string[]],

    /** @throws Failure `version_unknown`, `version_ended` */
    named: (date: string, nowMs: number): WireVersion => {
      const version = all.find((one) => one.date === date);
      if (!version) throw new Failure('version_unknown');
      if (version.endsAt && version.endsAt.getTime() <= nowMs) throw new Failure('version_ended');
      return version;
    },

    /** Of an issuer, by its row; those of before there were versions have the first. */
    pinned: (date: string = oldest.date): WireVersion => all.find((one) => one.date === date) ?? newest,

    headersOf: ({ date, deprecatedAt, endsAt }: WireVersion): Record<string, string> => ({
      'codeferry-version': date,
      ...(deprecatedAt ? { deprecation: `@${Math.floor(deprecatedAt.getTime() / 1_000)}` } : {}),
      ...(endsAt ? { sunset: endsAt.toUTCString() } : {}),
    }),

    request: (version: WireVersion, route: string, body: unknown): unknown =>
      forward(version, body, ({ calls }) => calls?.[route]?.request),
    /** Messages that are fetched are as callbacks would be. */
    answer: (version: WireVersion, { name, givesMessages }: AnsweredRoute, text: string): string => {
      if (version === newest) return text;
      const body = JSON.parse(text);
      const told = givesMessages ? withMessages(version, body) : body;
      return JSON.stringify(back(version, told, ({ calls }) => calls?.[name]?.answer));
    },
    message,
    callbackAnswer: (version: WireVersion, type: string, body: unknown): unknown =>
      forward(version, body, ({ callbacks }) => callbacks?.[type]?.answer),
  };
};

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

export const versions = createVersions();
