/** How a call out failed, or why what the other side sent was not taken, as what follows "it": for operators. */
const problems: Readonly<Record<string, string>> = {
  timeout: 'gave no answer in time',
  connection_refused: 'refused the connection',
  unreachable: 'could not be reached',
  name_unresolved: 'has a host name that leads nowhere',
  address_forbidden: 'has an address that may not be called',
  url_invalid: 'has an address that is none',
  tls: 'has no valid certificate',
  proxy: 'could not be reached through the proxy for calls out (EGRESS_PROXY)',
  reset: 'broke the connection off',
  network: 'could not be reached',
  answer_malformed: 'sent an answer that is not HTTP',
  answer_too_large: 'sent an answer that is too large',
  answer_unreadable: 'sent an answer that is none of the three shapes',
  not_proved: 'was not called, as its host is not proved to be its own',
  function_threw: 'failed inside its function',
  function_unknown: 'is a function that is not loaded here',
  breaker_open: 'was not called any more, as it failed too often',
  over_limit: 'was not called, as too many other calls to it ran',
  channel_not_configured: 'is of a channel that is not configured here any more',
  mail_login: 'was not reached, as the mail server took no login of this platform',
  codes_missing: 'was not called, as the database lacks codes that the order was given',
  token_mismatch: 'used a wrong token',
  amount_mismatch: 'asked with another amount than was paid',
  quantity_mismatch: 'asked with another quantity than was paid',
  verification_locked: 'is locked out after too many wrong verifications',
  not_verified: 'gave codes before verifying',
  order_closed: 'came after the order was closed',
  out_of_stock: 'is out of stock',
  code_conflict: 'gave codes that contradict those the order holds',
  code_reused: 'gave a code that another order holds',
  idempotency_mismatch: 'gave other codes under a name that it had used',
};

export const problemWords = (problem: string): string => {
  const smtp = /^smtp_(\d+)$/.exec(problem)?.[1];
  if (smtp !== undefined) return `was refused by the mail server: SMTP ${smtp}`;
  const status = /^status_(\d+)$/.exec(problem)?.[1];
  if (status === undefined) return problems[problem] ?? `failed: ${problem.replaceAll('_', ' ')}`;
  return `answered HTTP ${status}${status.startsWith('3') ? ', a redirect, which is not followed' : ''}`;
};
