import { type FailureCode, failures } from '../failures';

/** Whose turn it is after a refusal, and whether the same request again can help: by what the one table says. */
export const turnAfter = (code: FailureCode): { readonly whose: string; readonly repeat: string } => {
  const { status, retryable } = failures[code];
  if (!retryable) {
    return {
      whose: status === 429 ? "The operator's." : 'Yours: the request, or what it is about, has to be another one.',
      repeat: 'No: the same request gets the same answer.',
    };
  }
  const repeat = 'Yes: the same bytes under the same webhook-id, after Retry-After where it is given.';
  if (status >= 500) return { whose: "The platform's.", repeat };
  if (status === 429) return { whose: 'Yours: slow down.', repeat };
  return { whose: "Nobody's: something has to come first, or to end.", repeat };
};
