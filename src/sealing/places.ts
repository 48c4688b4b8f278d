/** What each value under the master key is bound to: sealed anew it must be bound to the same. */
export const places = {
  platformKey: (name: string): string => `platform-key:${name}`,
  /** The same, once rows are sealed: no writer to the database makes it look as before. */
  platformKeyOfSealedRows: (name: string): string => `platform-key:${name}:rows-sealed`,
  /** And once claims of codes are. */
  platformKeyOfBoundClaims: (name: string): string => `platform-key:${name}:claims-bound`,
  issuerSecret: (issuerId: string): string => `issuer-secret:${issuerId}`,
  issuerTerminal: (issuerId: string): string => `issuer-terminal:${issuerId}`,
  issuerRow: (issuerId: string): string => `row:issuers/${issuerId}`,
  issuerDeletion: (issuerId: string): string => `row:issuers/${issuerId}/deletion`,
  settingsRow: (id: string): string => `row:orderSettings/${id}`,
  maintenanceRow: (id: string): string => `row:settings/${id}`,
  inboxRow: (id: string): string => `row:inbox/${id}`,
  alertRow: (id: string): string => `row:alerts/${id}`,
  replayRow: (id: string): string => `row:replays/${id}`,
  workerRow: (id: string): string => `row:workers/${id}`,
  echoRow: (id: string): string => `row:echoes/${id}`,
  guessRow: (id: string): string => `row:guesses/${id}`,
  conformanceRow: (id: string): string => `row:conformanceRuns/${id}`,
  issuerCallHeaders: (issuerId: string): string => `issuer-call-headers:${issuerId}`,
  issuerCallCertificate: (issuerId: string): string => `issuer-call-certificate:${issuerId}`,
  orderKey: (orderId: string): string => `order-key:${orderId}`,
  afterSale: (workflowId: string): string => `after-sale-due:${workflowId}`,
  approval: (approvalId: string, orderId: string): string => `approval:${approvalId}:${orderId}`,
  approvalRow: (approvalId: string): string => `row:approvals/${approvalId}`,
  conformanceOrder: (id: string): string => `conformance-order:${id}`,
  sandboxMessage: (messageId: string): string => `sandbox-message:${messageId}`,
  portalLink: (hash: string): string => `portal-link:${hash}`,
  portalSession: (hash: string): string => `portal-session:${hash}`,
  /** Of earlier builds, which kept its status beside it. */
  answer: (requestId: string): string => `answer:${requestId}`,
  /** With what was asked, and what else was answered: nobody gives it out as another answer, nor as an earlier build's. */
  answerTo: (requestId: string, path: string, bodyHash: string, status: number): string =>
    `answer-to:${JSON.stringify([requestId, path, bodyHash, status])}`,
};
