import type { z } from 'zod';
import type { FailureCode } from '../domain/failures';
import type { Role } from '../domain/operator';

/**
 * Who may call: an issuer by its signature, a browser that signed in at an issuer's own page, an operator of at least that role, a browser that signed in at the console,
 * whoever has a buyer's link, anybody.
 */
export type Who = 'issuer' | 'portal' | Role | 'session' | 'buyer' | 'anyone';

/** Where a call is: at the address of issuers and buyers, or at the operators' own, where ADMIN_PORT gives them one. */
export type Side = 'public' | 'operators';

export interface DeclaredAnswer {
  /** For people: when it is given. */
  readonly says: string;
  /** Left out where the answer has none, or is no JSON. */
  readonly body?: z.ZodType;
  /** Left out: JSON. */
  readonly mediaType?: string;
  /** Another media type in which the same is given to who asks for it. */
  readonly alsoAs?: string;
  /** For programs, with what each says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One call of the wire, declared once: the handler's types, the checks before it, OpenAPI, the docs page and the types of
 * the client come from here. Problems that every call of its kind may be answered with are not named; see problems-of.ts.
 */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/v1/issuers/{issuerId}/orders`. `{*file}` is all the rest of the path. */
  readonly path: `/${string}`;
  /** A client's method is named by it: never changed. */
  readonly name: string;
  readonly who: Who;
  /** Under which heading; left out: by `who`. */
  readonly tag?: 'issuer' | 'operator' | 'buyer' | 'public';
  /** Left out: by `who`. */
  readonly sides?: readonly Side[];
  readonly summary: string;
  /** Of an issuer's call: a browser that signed in at the issuer's own page may make it too. A viewer reads alone. */
  readonly inPortal?: boolean;
  /** Of a POST in the portal: it asks alone and changes nothing, so a viewer may make it too. */
  readonly changesNothing?: boolean;
  /** A page or what a page needs: no call of the contract, so it is not in OpenAPI. */
  readonly isForBrowsers?: boolean;
  readonly body?: z.ZodType;
  /** No empty body, though no field is required: what it does should not happen by accident. A PUT never takes one. */
  readonly bodyNeeded?: boolean;
  readonly query?: z.ZodType;
  /** The body is a file of one of these, which the handler reads line by line. */
  readonly lines?: { readonly mediaTypes: readonly string[]; readonly example: string };
  /** Left out: 256 KiB. */
  readonly limitBytes?: number;
  /** False: the body may have any numbers. */
  readonly integersOnly?: boolean;
  /** Of a call of an issuer or operator that takes much longer than its bytes tell: with how many others it is counted as one. */
  readonly costs?: number;
  /** It may be asked to wait for what comes. */
  readonly waits?: boolean;
  /** Its `data` holds messages of the first interface. */
  readonly givesMessages?: boolean;
  /** The handler is told what strict JSON does not allow: a part may be refused alone. */
  readonly inParts?: boolean;
  readonly answers: Readonly<Record<number, DeclaredAnswer>>;
  readonly problems: readonly FailureCode[];
}

const sideOf = {
  issuer: 'public',
  portal: 'public',
  buyer: 'public',
  anyone: 'public',
  viewer: 'operators',
  operator: 'operators',
  admin: 'operators',
  session: 'operators',
} as const satisfies Record<Who, Side>;

export const sidesOf = ({ who, sides = [sideOf[who]] }: Pick<Route, 'who' | 'sides'>): readonly Side[] => sides;

/** OpenAPI writes `{name}`, express `:name`, and `*name` for the rest of a path. */
export const expressPath = (path: string): string =>
  path.replaceAll(/\{(\*?)(\w+)\}/g, (_all, rest: string, name: string) => `${rest || ':'}${name}`);

export const declareRoute = <const R extends Route>(route: R): R => route;

/** What a schema describes, as it is given and not to be changed. */
export type Wire<S extends z.ZodType> = DeepReadonly<z.output<S>>;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

/** The parts of the path in braces. */
export type ParamsOf<R extends Route> = { readonly [Name in ParamNames<R['path']>]: string };

export type BodyOf<R extends Route> = R extends { readonly body: infer S extends z.ZodType } ? z.output<S> : undefined;

export type QueryOf<R extends Route> = R extends { readonly query: infer S extends z.ZodType }
  ? z.output<S>
  : undefined;

type AnswerBody<A> = A extends { readonly body: infer S extends z.ZodType }
  ? { readonly body: Wire<S> }
  : { readonly body?: undefined };

/** What a handler may answer: one of the declared answers, with the body that was declared for its status. */
export type AnswerOf<R extends Route> = {
  [Status in keyof R['answers'] & number]: {
    readonly status: Status;
    readonly retryAfterSeconds?: number;
    /** False: the same request again is judged anew, though this is a 2xx. */
    readonly isKept?: boolean;
  } & AnswerBody<R['answers'][Status]>;
}[keyof R['answers'] & number];

/** The body of any of its answers, for whoever reads them. */
export type GivenBody<R extends Route> = Exclude<AnswerOf<R>['body'], undefined>;

/** What a caller writes: fields with a default may be left out. */
export type WrittenBody<R extends Route> = R extends { readonly body: infer S extends z.ZodType } ? z.input<S> : never;
