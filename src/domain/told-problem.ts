/** Which of these it was would tell an issuer, address by address, what there is inside of our network. */
const noConnection: ReadonlySet<unknown> = new Set([
  ...(['address_forbidden', 'name_unresolved', 'connection_refused', 'unreachable'] as const),
  ...(['reset', 'proxy', 'network', 'answer_malformed'] as const),
]);

/** Why a call of the platform failed, as far as its issuer hears of it; operators read the reason itself. */
export const toldProblem = <P>(problem: P): P | 'unreachable' => (noConnection.has(problem) ? 'unreachable' : problem);
