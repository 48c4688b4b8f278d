import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { messagePrefix } from '../../src/conformance/sending';
import { problem } from '../../src/contract/problem';
import { problemsOf } from '../../src/contract/problems-of';
import { expressPath, type Route } from '../../src/contract/route';
import { routes } from '../../src/contract/routes';
import { versions } from '../../src/contract/versions';

const declared = new Map(routes.map((route) => [`${route.method} ${expressPath(route.path)}`, route]));

/** The names of fields that do not fit, never what stands in them: it may be a code. */
const misfitOf = (route: Route, status: number, type: string, text: string): string | undefined => {
  if (type.startsWith('application/problem+json')) {
    const parsed = problem.safeParse(JSON.parse(text));
    if (!parsed.success) return `a problem that is none: ${parsed.error.issues.map(({ path }) => path.join('/'))}`;
    const { code } = parsed.data;
    if (parsed.data.status !== status) return `a problem of ${parsed.data.status}`;
    return problemsOf(route).includes(code) ? undefined : `the problem ${code}, which is not declared`;
  }
  const answer = route.answers[status];
  if (!answer) return 'a status that is not declared';
  if (answer.alsoAs && type.startsWith(answer.alsoAs)) return undefined;
  if (!answer.body) return answer.mediaType || text === '' ? undefined : 'a body where none is declared';
  if (!type.startsWith(answer.mediaType ?? 'application/json')) return `the media type ${type}`;
  const parsed = answer.body.safeParse(withoutRuns(JSON.parse(text)));
  if (parsed.success) return undefined;
  return parsed.error.issues.map(({ path, code, message }) => `/${path.join('/')} ${code}: ${message}`).join('; ');
};

/** Messages of a conformance run are newer than the contract on purpose, some of them. */
const withoutRuns = (body: { data?: unknown }): object =>
  Array.isArray(body.data)
    ? { ...body, data: body.data.filter(({ id }) => !String(id).startsWith(messagePrefix)) }
    : body;

/** Every answer that leaves a platform of the tests is read by the schema that its route declares for its status. */
export const watchAnswers = () => {
  const misfits = new Set<string>();

  const note = (request: IncomingMessage & { route?: { path?: unknown } }, response: ServerResponse, text: string) => {
    const method = request.method === 'HEAD' ? 'get' : String(request.method).toLowerCase();
    const route = declared.get(`${method} ${String(request.route?.path)}`);
    // Another method's 405 and the paths of pages have no declaration.
    if (!route || response.statusCode === 405 || request.method === 'HEAD') return;
    // What is declared is the newest.
    if (response.getHeader('codeferry-version') !== versions.newest) return;
    const type = String(response.getHeader('content-type') ?? '');
    const misfit = misfitOf(route, response.statusCode, type, text);
    if (misfit !== undefined) misfits.add(`${route.name} ${response.statusCode}: ${misfit}`);
  };

  return {
    watched:
      (app: RequestListener): RequestListener =>
      (request, response) => {
        const chunks: Buffer[] = [];
        const keep = (chunk: unknown): void => {
          if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
          else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
        };
        const { write, end } = response;
        response.write = ((...given: unknown[]) => {
          keep(given[0]);
          return (write as (...all: unknown[]) => boolean).apply(response, given);
        }) as typeof write;
        response.end = ((...given: unknown[]) => {
          keep(given[0]);
          return (end as (...all: unknown[]) => ServerResponse).apply(response, given);
        }) as typeof end;
        response.on('finish', () => note(request, response, Buffer.concat(chunks).toString()));
        app(request, response);
      },

    /** At the end of a platform. */
    expectNothingElse: (): void => {
      if (misfits.size > 0) throw new Error(`answers that no route declares:\n${[...misfits].join('\n')}`);
    },
  };
};
