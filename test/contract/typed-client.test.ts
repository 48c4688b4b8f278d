import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

/** As a client's build makes it. */
let schema: string;
beforeAll(async () => {
  const made = await promisify(execFile)(
    process.execPath,
    [join(dirname(require.resolve('openapi-typescript/package.json')), 'bin/cli.js'), 'openapi.json'],
    { cwd: `${__dirname}/../..`, maxBuffer: 16 * 1024 * 1024 },
  );
  schema = made.stdout;
});

/** A small client by the made types alone. A line after `@ts-expect-error` has to be wrong, or it is an error itself. */
const client = `
type Json<A> = A extends { content: { 'application/json': infer B } } ? B : never;
type Asked<O> = O extends { requestBody?: infer R } ? Json<NonNullable<R>> : never;
type Good<R> = { [S in keyof R & (200 | 201 | 202)]: Json<R[S]> }[keyof R & (200 | 201 | 202)];

declare const send: <P extends keyof paths, M extends keyof paths[P]>(
  method: M, path: P, body?: Asked<paths[P][M]>,
) => Promise<paths[P][M] extends { responses: infer R } ? Good<R> : never>;

export const buy = async (): Promise<string> => {
  const order = await send('post', '/v1/issuers/{issuerId}/orders', {
    type: 'order.payment',
    orderNo: 'A-1',
    product: { id: 'card', name: 'Gift card' },
    amount: { value: 1000, currency: 'EUR' },
    terminal: { channel: 'email', address: 'ann@example.com' },
    metadata: { shop: '12' },
  });
  const due: number | undefined = order.refundDue?.value;
  const state: 'delivered' | 'refused' | (string & {}) = order.state;
  // @ts-expect-error there is no such field
  order.nothing;
  // @ts-expect-error there is no such state
  if (order.state === 'lost') return '';
  // @ts-expect-error a product has a name
  await send('post', '/v1/issuers/{issuerId}/orders', { type: 'order.payment', orderNo: 'A', product: { id: 'x' }, amount: { value: 1, currency: 'EUR' } });
  return state + due + order.actions.join() + order.codes.outstanding.toFixed();
};

export const look = async (): Promise<unknown[]> => {
  const page = await send('get', '/v1/operator/audit');
  const health = await send('get', '/v1/operator/health');
  const { data } = await send('get', '/v1/operator/issuers/{issuerId}/calls');
  const { keys } = await send('get', '/v1/keys');
  const ready = await send('get', '/readyz');
  return [page.data[0]?.actor.trim(), health.workers[0]?.host.trim(), data[0]?.callId.trim(), keys[0]?.publicKey.trim(),
    ready.parts.mongodb.trim()];
};

type Sent<T extends keyof webhooks> = Asked<webhooks[T]['post']>;
type Reply = Json<webhooks['order.code_requested']['post']['responses'][200]>;

export const answer = ({ data }: Sent<'order.code_requested'>): Reply =>
  data.outstanding > 0 && data.token !== ''
    ? { status: 'issued', codes: [{ itemId: '1', value: data.orderNo, format: 'text' }] }
    : { status: 'refused', reason: 'out_of_stock' };
// @ts-expect-error there is no such reason
export const wrong: Reply = { status: 'refused', reason: 'because' };
export const heard = ({ type, data }: Sent<'order.refund_due'>): string => type + data.sequence.toFixed() + data.refundDue?.currency;
export const shown = ({ data }: Sent<'code.delivered'>): string => data.codes[0]?.value ?? '';

export const why = (problem: components['schemas']['Problem']): boolean => problem.code === 'order_conflict' && problem.retryable;

// Every answer of JSON has a type.
type Untyped = { [O in keyof operations]: { [S in keyof operations[O]['responses'] & number]:
  operations[O]['responses'][S] extends { content: { 'application/json': infer B } } ? (unknown extends B ? [O, S] : never) : never
}[keyof operations[O]['responses'] & number] }[keyof operations];
export const all: [Untyped] extends [never] ? true : Untyped = true;
`;

const errorsOf = (source: string): string[] => {
  const name = 'client.ts';
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, target, ...rest) =>
    path === name ? ts.createSourceFile(path, source, target) : getSourceFile(path, target, ...rest);
  return ts.getPreEmitDiagnostics(ts.createProgram([name], options, host)).map(({ file, start = 0, messageText }) => {
    const at = file ? (file.text.slice(0, start).split('\n').at(-1) ?? '') : '';
    return `${at}⟵ ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
};

test('a client of types that openapi-typescript makes compiles, and its answers are typed', () => {
  expect(errorsOf(`${schema}${client}`)).toEqual([]);
});

test('nothing is unknown but the object of an echo, before and after, an order of a bulk, a message’s answer, this document, and what is any JSON', () => {
  const unknown = schema.split('\n').filter((line) => line.endsWith(': unknown;') && !line.includes('[name: string]'));
  expect(unknown.map((line) => line.trim()).sort()).toEqual([
    'Json: unknown;',
    ...Array(5).fill('[key: string]: unknown;'),
  ]);
});
