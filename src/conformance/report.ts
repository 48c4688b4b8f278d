import { createHash, type KeyObject } from 'node:crypto';
import { signEd25519 } from '../signing/sign';
import type { KeptReport } from '../store/conformance';
import { checks } from './run';
import type { ScenarioResult } from './scenario';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Which scenarios those were, with what each expects. */
const corpusDigest = sha256(JSON.stringify(checks.map(({ name, expected }) => [name, expected])));

type Outcome = Pick<ScenarioResult, 'outcome' | 'required'>;

export const hasPassed = (results: readonly Outcome[]): boolean =>
  results.length > 0 && results.every(({ outcome, required }) => outcome !== 'failed' || !required);

/** Hints: failed, and not required. */
export const countsOf = (results: readonly Outcome[]) => {
  const count = (wanted: ScenarioResult['outcome'], isRequired?: boolean): number =>
    results.filter(
      ({ outcome, required }) => outcome === wanted && (isRequired === undefined || required === isRequired),
    ).length;
  return {
    passed: count('passed'),
    failed: count('failed', true),
    hints: count('failed', false),
    skipped: count('skipped'),
  };
};

/**
 * An in-toto statement of a test result, signed as deliveries to terminals are: whoever has the platform's public key can
 * check it, with any library of Standard Webhooks.
 */
export const signedReport = (
  { issuerId, runId, url = 'pull', codeMode }: { issuerId: string; runId: string; url?: string; codeMode: string },
  results: readonly ScenarioResult[],
  key: { readonly id: string; readonly privateKey: KeyObject },
  nowMs: number,
): KeptReport => {
  const named = (outcome: ScenarioResult['outcome'], isRequired?: boolean) =>
    results
      .filter((one) => one.outcome === outcome && (isRequired === undefined || one.required === isRequired))
      .map(({ name }) => name);
  const statement = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: issuerId, digest: { sha256: sha256(JSON.stringify([issuerId, codeMode, url])) } }],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: hasPassed(results) ? 'PASSED' : 'FAILED',
      configuration: [{ name: 'codeferry-conformance', digest: { sha256: corpusDigest } }],
      passedTests: named('passed'),
      warnedTests: named('failed', false),
      failedTests: named('failed', true),
    },
  });
  const [id, timestamp] = [`conformance_${runId}`.slice(0, 64), Math.floor(nowMs / 1_000)];
  const signature = signEd25519(key.privateKey, { id, timestampSeconds: timestamp, body: statement });
  return { statement, keyId: key.id, id, timestamp, signature };
};
