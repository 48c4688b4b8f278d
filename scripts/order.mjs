// `npm run order -- --issuer demo-push --order-no my-1`: one signed payment request, by hand and with Node alone.
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inProject } from './project.mjs';
import { CannotGoOn, runCommand } from './screen.mjs';

const usage = `npm run order -- [options]
  --issuer ID            demo-push
  --order-no NO          made up
  --secret whsec_...     the issuer's; those of the demo's issuers are read from the data folder
  --product ID[:NAME]    coffee-voucher:Coffee voucher
  --quantity N           1
  --amount N             450, in minor units, for all pieces together
  --currency CODE        EUR
  --terminal T           page, webhook:URL, email:ADDRESS, sms:NUMBER, or preset for the issuer's own
  --metadata KEY=VALUE   may be repeated
  --url URL              the platform's; that of the running one in the data folder
  --data-dir PATH        DATA_DIR, or .data/run`;

const answerLimitMs = 15_000;

const options = {
  issuer: { type: 'string', default: 'demo-push' },
  'order-no': { type: 'string', default: `hand-${Date.now().toString(36)}` },
  secret: { type: 'string' },
  product: { type: 'string', default: 'coffee-voucher:Coffee voucher' },
  quantity: { type: 'string', default: '1' },
  amount: { type: 'string', default: '450' },
  currency: { type: 'string', default: 'EUR' },
  terminal: { type: 'string', default: 'page' },
  metadata: { type: 'string', multiple: true, default: [] },
  url: { type: 'string' },
  'data-dir': { type: 'string', default: process.env.DATA_DIR || inProject('.data', 'run') },
  help: { type: 'boolean', default: false },
};

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new CannotGoOn(`${error.message}\n\n${usage}`);
  }
}

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);
const headAndRest = (text) => [text.split(':', 1)[0], text.slice(text.indexOf(':') + 1)];

function terminalFrom(text) {
  const [channel, target] = headAndRest(text);
  const field = { webhook: 'url', email: 'address', sms: 'number' }[channel];
  if (channel === 'preset') return undefined;
  if (channel === 'page') return { channel };
  if (!field || target === text) throw new CannotGoOn(`--terminal ${text} is none of the known ones\n\n${usage}`);
  return { channel, [field]: target };
}

function bodyFrom(given) {
  const [id, name] = headAndRest(given.product);
  const metadata = Object.fromEntries(
    given.metadata.map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]),
  );
  return JSON.stringify({
    type: 'order.payment',
    orderNo: given['order-no'],
    product: { id, name },
    quantity: Number(given.quantity),
    amount: { value: Number(given.amount), currency: given.currency },
    terminal: terminalFrom(given.terminal),
    metadata: given.metadata.length > 0 ? metadata : undefined,
  });
}

function signedHeaders(secret, body) {
  const id = `hand_${randomBytes(12).toString('hex')}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}

await runCommand(async () => {
  const given = readArguments();
  if (given.help) return console.log(usage);
  const dataDir = resolve(given['data-dir']);
  const secret = given.secret ?? readJson(join(dataDir, 'simulator.json'))?.[given.issuer];
  if (!secret)
    throw new CannotGoOn(`The secret of ${given.issuer} is not known in ${dataDir}: give --secret whsec_...`);
  const platform = given.url ?? readJson(join(dataDir, 'running.json'))?.publicUrl ?? 'http://127.0.0.1:8080';
  const body = bodyFrom(given);
  const url = new URL(`/v1/issuers/${encodeURIComponent(given.issuer)}/orders`, platform);
  const answer = await fetch(url, {
    method: 'POST',
    headers: signedHeaders(secret, body),
    body,
    signal: AbortSignal.timeout(answerLimitMs),
  }).catch((error) => {
    throw new CannotGoOn(
      `No answer from ${platform} (${error.cause?.message ?? error.message}). Is \`npm start\` running?`,
    );
  });
  const text = await answer.text();
  console.log(`${answer.status} ${answer.statusText}`);
  try {
    const parsed = JSON.parse(text);
    console.log(JSON.stringify(parsed, null, 2));
    if (parsed.pickupUrl) console.log(`\npickupUrl ${parsed.pickupUrl}`);
  } catch {
    console.log(text);
  }
  if (!answer.ok) process.exitCode = 1;
});
