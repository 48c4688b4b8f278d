import { statementHeaders } from '../issuer/statements';
import { declareRoute } from '../route';

export const readStatementOf = declareRoute({
  method: 'get',
  path: '/v1/operator/issuers/{issuerId}/statements/{day}',
  name: 'readStatementOf',
  who: 'viewer',
  summary: 'What the issuer gets as its statement of that day; who took it out is audited',
  answers: {
    200: {
      says: 'A line an order: CSV, or NDJSON for who accepts `application/x-ndjson`',
      mediaType: 'text/csv',
      alsoAs: 'application/x-ndjson',
      headers: statementHeaders,
    },
  },
  problems: ['issuer_unknown', 'statement_not_ready'],
});
