// `npm run order -- --issuer demo-push --order-no my-1`: one payment request by hand, made by the issuer's client of packages/issuer.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { inProject } from './project.mjs';
import { CannotGoOn, runCommand } from './screen.mjs';
import { setup } from './setup.mjs';

const usage = `npm run order -- [options]
  --issuer ID            demo-push
  --order-no NO          made up
  --secret whsec_...     the issuer's, which other users of this machine see: rather set CODEFERRY_ISSUER_SECRET; those
                         of the demo's issuers are read from the data folder
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

function orderFrom(given) {
  const [id, name] = headAndRest(given.product);
  const metadata = Object.fromEntries(
    given.metadata.map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]),
  );
  return {
    orderNo: given['order-no'],
    product: { id, name },
    quantity: Number(given.quantity),
    amount: { value: Number(given.amount), currency: given.currency },
    terminal: terminalFrom(given.terminal),
    metadata: given.metadata.length > 0 ? metadata : undefined,
  };
}

await runCommand(async () => {
  const given = readArguments();
  if (given.help) return console.log(usage);
  const dataDir = resolve(given['data-dir']);
  const ofDemo = readJson(join(dataDir, 'simulator.json'))?.[given.issuer];
  const secret = given.secret ?? ofDemo ?? process.env.CODEFERRY_ISSUER_SECRET;
  if (!secret)
    throw new CannotGoOn(`The secret of ${given.issuer} is not known in ${dataDir}: set CODEFERRY_ISSUER_SECRET`);
  const platform = given.url ?? readJson(join(dataDir, 'running.json'))?.publicUrl ?? 'http://127.0.0.1:8080';
  await setup();
  await build();
  const { createIssuerClient } = createRequire(import.meta.url)(
    inProject('dist', 'packages', 'issuer', 'src', 'index.js'),
  );
  let answer;
  let lost;
  const { placeOrder } = createIssuerClient({
    baseUrl: platform,
    issuerId: given.issuer,
    secret,
    triesMax: 1,
    tryLimitMs: answerLimitMs,
    // Whatever the answer is, it is shown as it came.
    fetch: async (url, request) => {
      try {
        answer = await fetch(url, request);
        return answer.clone();
      } catch (error) {
        lost = error;
        throw error;
      }
    },
  });
  await placeOrder(orderFrom(given)).catch((error) => {
    if (!answer && !lost) throw error;
  });
  if (!answer) {
    throw new CannotGoOn(
      `No answer from ${platform} (${lost.cause?.message ?? lost.message}). Is \`npm start\` running?`,
    );
  }
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
