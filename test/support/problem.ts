import type { Answer } from './platform';

/** Source: "Errors" of the protocol. 5xx codes are retryable too. */
const retryableCodes = new Set([
  'issuer_paused',
  'callback_not_proved',
  'not_verified',
  'in_progress',
  'rate_limited',
  'pin_locked',
  'unavailable',
  'not_delivered',
  'code_not_started',
  'code_held',
  'void_pending',
  'statement_not_ready',
]);
const fields = ['type', 'title', 'status', 'detail', 'code', 'retryable', 'requestId', 'errors', 'itemIds'];

/** The whole of an error as the protocol has it, not only its status; `path` is the JSON Pointer that must be named. */
export const expectProblem = (answer: Answer, status: number, code: string, path?: string): void => {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { status, code } });
  const { body, headers } = answer;
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  expect(Object.keys(body).filter((key) => !fields.includes(key))).toEqual([]);
  expect(URL.canParse(body.type, 'https://example.com')).toBe(true);
  expect(body.title).toEqual(expect.stringMatching(/./));
  expect(body.detail).toEqual(expect.any(String));
  expect(body.requestId).toEqual(expect.stringMatching(/./));
  expect(body.retryable).toBe(retryableCodes.has(code) || status >= 500);
  if (status === 429 || status === 503) expect(headers.get('retry-after')).toMatch(/^[0-9]+$/);
  for (const error of body.errors ?? []) {
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'path']);
    expect(error.path).toMatch(/^(\/([^~/]|~[01])*)*$/);
  }
  if (path !== undefined) expect(body.errors?.map((error: { path: string }) => error.path)).toContain(path);
};
