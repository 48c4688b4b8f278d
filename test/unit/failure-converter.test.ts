import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { failureConverter } from '../../src/temporal/failure-converter';
import { failureConverter as sealing } from '../../src/temporal/sealing-failure-converter';

const told = (error: unknown, converter = failureConverter) => converter.errorToFailure(error, defaultPayloadConverter);
const foreseen = ApplicationFailure.create({ type: 'issuer_failed', message: 'try 1 of the payment notice: http_500' });

test('a foreseen failure tells its words, and not where in the code it was thrown', () => {
  expect(told(foreseen)).toMatchObject({
    message: 'try 1 of the payment notice: http_500',
    stackTrace: '',
    applicationFailureInfo: { type: 'issuer_failed' },
  });
});

test('of an error that nobody foresaw the name and the frames are told: the message may carry what it failed on', () => {
  const cause = new Error('a code: SECRET-CODE');
  const failure = told(ApplicationFailure.fromError(new TypeError('cannot read SECRET-CODE', { cause })));
  expect(failure).toMatchObject({ message: 'TypeError', applicationFailureInfo: { type: 'TypeError' } });
  expect(failure.stackTrace).toContain('failure-converter.test.ts');
  expect(JSON.stringify(failure)).not.toContain('SECRET-CODE');
});

test('what a workflow throws is told whole', () => {
  expect(told(new Error('this code is unfit')).message).toBe('this code is unfit');
});

test('where payloads are sealed, messages and stacks are payloads', () => {
  const failure = told(foreseen, sealing);
  expect(failure.message).toBe('Encoded failure');
  expect(Buffer.from(failure.encodedAttributes?.data ?? []).toString()).toContain('http_500');
});
