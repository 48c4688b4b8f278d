import { serveJson } from './json-server';
import { createLoad, type Phase } from './load';
import { createPost, type DeliveredMessage } from './wire';

/** Places the orders and is the terminal of all of them. Ports: control, terminal. */
const [controlPort, terminalPort] = process.argv.slice(2).map(Number) as [number, number];
/** Longer than any side makes a payment request wait: one that is given up could not be told from one that is lost. */
const answerLimitMs = 120_000;
const load = createLoad(createPost(answerLimitMs));

void serveJson(terminalPort, async ({ json }) => {
  load.arrived(json as DeliveredMessage);
  return { status: 204 };
});

void serveJson(controlPort, async ({ path, json }) => {
  if (path === '/begin') {
    load.begin(json as Phase);
    return { status: 200, body: {} };
  }
  if (path === '/delivered') return { status: 200, body: load.delivered() };
  if (path === '/placed') return { status: 200, body: load.placed() };
  if (path === '/end') {
    const { drainLimitMs } = json as { drainLimitMs: number };
    return { status: 200, body: await load.end(drainLimitMs) };
  }
  return { status: 404 };
});
