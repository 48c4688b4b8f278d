import type { AnswerJson } from '../contract/answer-json';
import { codeAnswer } from '../contract/code';
import { fieldErrors } from '../contract/problem';
import { voidAnswer } from '../contract/void-answer';
import { outstanding } from '../domain/order';
import type { AnswerRead, CodesRead, VoidRead } from './answer-read';
import { type About, codesMessage } from './stage-calls';
import { judged, type StageOrder } from './stage-order';

export const readText = (read: AnswerRead): string => {
  switch (read.kind) {
    case 'issued':
      return `${read.fingerprints.length} codes`;
    case 'unusable':
      return read.problem;
    case 'void':
      return `it says ${read.status}`;
    default:
      return `it says ${read.kind}`;
  }
};

/** Of a place in an answer, whose names are its issuer's. */
const placeMaxChars = 100;

export interface Hearing extends Omit<About, 'messageId'> {
  readonly submissionId: string;
  readonly nowMs: number;
  /** Whether the order takes the codes. */
  readonly isKept: boolean;
}

type Heard = (order: StageOrder) => { readonly order: StageOrder; readonly read: CodesRead };

/**
 * What the answer to a code request or a last call says; undefined: a 2xx without a body. Read once, however often the order
 * that hears it has changed meanwhile.
 */
export const hearCodes = async (
  answer: AnswerJson | undefined,
  { submissionId, nowMs, isKept, ...about }: Hearing,
): Promise<Heard> => {
  const only =
    (read: CodesRead): Heard =>
    (order) => ({ order, read });
  if (answer === undefined) return only({ kind: 'issuing' });
  const parsed = codeAnswer.safeParse(answer.json);
  if (answer.unread || !parsed.success) {
    const [first] = answer.unread ?? (parsed.error ? fieldErrors(parsed.error) : []);
    const problem = `its answer cannot be used: ${first?.code} at "${first?.path.slice(0, placeMaxChars)}"`;
    return only({ kind: 'unusable', problem, code: 'answer_unreadable' });
  }
  if (parsed.data.status !== 'issued') return only({ kind: parsed.data.status });
  const message = await codesMessage(parsed.data.codes, { ...about, messageId: submissionId });
  const fingerprints = message.items.map(({ fingerprint }) => fingerprint);
  return (order) => {
    if (!isKept) return { order, read: { kind: 'issued', fingerprints, outstanding: outstanding(order.facts) } };
    const { order: after, decision } = judged(order, message, nowMs);
    if (decision.answer.kind === 'refused') {
      const { code } = decision.answer;
      return { order: after, read: { kind: 'unusable', problem: `the order cannot take its codes: ${code}`, code } };
    }
    return { order: after, read: { kind: 'issued', fingerprints, outstanding: outstanding(after.facts) } };
  };
};

/** What the answer to a void request says; undefined: a 2xx without a body. */
export const readVoid = (answer: AnswerJson | undefined): VoidRead => {
  if (answer === undefined) return { kind: 'void', status: 'deciding' };
  const parsed = voidAnswer.safeParse(answer.json);
  if (!answer.unread && parsed.success) return { kind: 'void', status: parsed.data.status };
  const problem = 'its answer to order.void_requested cannot be used';
  return { kind: 'unusable', problem, code: 'answer_unreadable' };
};
