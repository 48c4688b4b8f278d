import { ApplicationFailure, DefaultFailureConverter } from '@temporalio/common';

type Converted = Parameters<DefaultFailureConverter['errorToFailureInner']>;

/** Failures of ours have types of lower case; an error that nobody foresaw has its class for a type. */
const isForeseen = (type: string | null | undefined): boolean => /^[a-z_]+$/.test(type ?? '');
const framesOf = (stack: string | null | undefined): string =>
  (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

/**
 * A foreseen failure says all in its words. Of any other that an activity throws, the message may carry what it failed
 * on, as in the logs: the name and the frames must do. What a workflow throws has seen nothing that is not shown anyway.
 */
class FailureConverter extends DefaultFailureConverter {
  override errorToFailureInner(...[error, payloads, context]: Converted) {
    const failure = super.errorToFailureInner(error, payloads, context);
    if (!(error instanceof ApplicationFailure)) return failure;
    if (isForeseen(error.type)) return { ...failure, stackTrace: '' };
    return { ...failure, message: error.type ?? 'Error', stackTrace: framesOf(failure.stackTrace), cause: undefined };
  }
}

/** `seals`: messages and stacks are made payloads, which the codec seals. */
export const createFailureConverter = (seals: boolean): FailureConverter =>
  new FailureConverter({ encodeCommonAttributes: seals });

/** Loaded by path, also by the workflow bundle, whose first words say whether failures are sealed (`worker/workflow-bundle.ts`). */
export const failureConverter = createFailureConverter('sealsFailures' in globalThis);
