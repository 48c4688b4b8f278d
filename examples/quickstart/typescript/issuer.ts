import { createServer } from 'node:http';
import { createIssuer, fileStore } from '@codeferry/issuer';

const issuer = createIssuer({
  baseUrl: process.env.PLATFORM_URL,
  issuerId: process.env.ISSUER_ID,
  secret: process.env.ISSUER_SECRET,
  store: fileStore('issued.jsonl'),
  issue: (sale) => Array.from({ length: sale.missing }, () => crypto.randomUUID()),
});
createServer(issuer.listener).listen(Number(process.env.CALLBACK_PORT ?? 3000));
