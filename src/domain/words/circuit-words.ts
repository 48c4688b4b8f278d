/** A circuit breaker's state as its effect: whether the other side is called. */
export const circuitWords = {
  open: 'Not called',
  half_open: 'On trial',
  closed: 'Called as ever',
} as const;

export type CircuitState = keyof typeof circuitWords;
