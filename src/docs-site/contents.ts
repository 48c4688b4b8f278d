/** A page of the docs: its address below `/docs`, and the Markdown of this project that it shows. */
export interface Entry {
  readonly path: string;
  /** Left out: it is made from the contract. */
  readonly source?: string;
}

interface Part {
  readonly name: string;
  readonly pages: readonly Entry[];
}

/** All pages but the problems', in the order of the menu. Links between the sources become links between these. */
export const contents: readonly Part[] = [
  {
    name: 'Start',
    pages: [
      { path: 'quickstart', source: 'docs/quickstart.md' },
      { path: 'order-of-messages', source: 'docs/protocol/order-of-messages.md' },
      { path: 'sandbox', source: 'docs/protocol/sandbox.md' },
      { path: 'conformance', source: 'docs/protocol/conformance.md' },
      { path: 'going-live', source: 'docs/going-live.md' },
    ],
  },
  {
    name: 'The protocol',
    pages: [
      { path: 'protocol', source: 'docs/protocol.md' },
      { path: 'signing', source: 'docs/protocol/signing.md' },
      { path: 'limits', source: 'docs/protocol/values.md' },
      { path: 'idempotency', source: 'docs/protocol/idempotency.md' },
      { path: 'issuer', source: 'docs/protocol/calls.md' },
      { path: 'after-sale', source: 'docs/protocol/after-sale.md' },
      { path: 'callbacks', source: 'docs/protocol/callbacks.md' },
      { path: 'events', source: 'docs/protocol/events.md' },
      { path: 'pull', source: 'docs/protocol/pull.md' },
      { path: 'statements', source: 'docs/protocol/statements.md' },
      { path: 'terminals', source: 'docs/protocol/terminals.md' },
      { path: 'versions', source: 'docs/protocol/versions.md' },
      { path: 'problems', source: 'docs/protocol/problems.md' },
    ],
  },
  {
    name: 'Reference',
    pages: [{ path: 'messages' }, { path: 'calls' }, { path: 'operator-calls' }, { path: 'problem-codes' }],
  },
  {
    name: 'Operators',
    pages: [
      { path: 'operators', source: 'docs/protocol/operators.md' },
      { path: 'settings', source: 'docs/settings.md' },
      { path: 'operations', source: 'docs/operations.md' },
      { path: 'command', source: 'docs/cli.md' },
    ],
  },
  {
    name: 'More',
    pages: [
      { path: 'security', source: 'docs/security.md' },
      { path: 'changelog', source: 'CHANGELOG.md' },
    ],
  },
];
