/** What every view gets from `main.ts`: where to show itself, what the address names, and when it is left. */
export interface View {
  readonly root: HTMLElement;
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
}
