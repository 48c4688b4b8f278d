import { join } from 'node:path';
import { ProblemError } from '../../packages/issuer/src';
import { ensureDemoIssuers, waitUntilReady } from './demo-issuers';
import { startSimulator } from './simulator-server';
import { startTrickle } from './trickle';

const readyLimitMs = 120_000;
const trickleMaxPerMinute = 600;

const demoOrder = (orderNo: string, behaviour: string) => ({
  orderNo,
  product: { id: 'coffee-voucher', name: 'Coffee voucher' },
  amount: { value: 450, currency: 'EUR' },
  metadata: { behaviour, format: 'qr' },
});

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const run = async (signal: AbortSignal): Promise<void> => {
  const platformUrl = required('PLATFORM_URL');
  const smtpPort = Number(process.env.SIMULATOR_SMTP_PORT) || undefined;
  const simulator = await startSimulator({
    port: Number(process.env.SIMULATOR_PORT || 8090),
    platformUrl,
    ...(smtpPort === undefined ? {} : { smtpPort }),
    receiptSecret: process.env.TERMINAL_RECEIPT_SECRET || undefined,
  });
  signal.addEventListener('abort', () => void simulator.stop());
  await waitUntilReady(platformUrl, readyLimitMs, signal);
  const accounts = await ensureDemoIssuers({
    platformUrl,
    operatorUrl: process.env.PLATFORM_OPERATOR_URL || platformUrl,
    operatorToken: required('OPERATOR_TOKEN'),
    secretsPath: join(process.env.DATA_DIR || '.data', 'simulator.json'),
    callbackUrl: simulator.callbackUrl,
    signal,
  });
  const clients = accounts.map((account) => simulator.addIssuer(account));

  const orderNo = `demo-${Date.now().toString(36)}`;
  try {
    const order = await clients[0]?.placeOrder(demoOrder(orderNo, 'demo'), { signal });
    console.log(`demo order: ${order?.pickupUrl}`);
    console.log(`demo orderNo: ${orderNo}`);
  } catch (error) {
    // Such as a demo issuer that an operator has paused: its earlier orders are still answered.
    if (!(error instanceof ProblemError)) throw error;
    console.error(`simulator: the demo order was not placed: ${error.message}`);
  }

  const perMinute = Math.min(Number(process.env.SIMULATOR_TRICKLE_PER_MINUTE) || 0, trickleMaxPerMinute);
  const [push, request, unsteady, pull] = clients;
  if (perMinute > 0 && push && request && unsteady && pull) {
    const channels = smtpPort === undefined ? [] : (['email', 'sms'] as const);
    startTrickle(
      { push, request, unsteady, pull },
      { terminalUrl: simulator.terminalUrl, channels },
      perMinute,
      signal,
    );
  }
};

const stopping = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.once(name, () => {
    stopping.abort();
    // Nothing here is worth waiting for: an interrupted callback is repeated by the platform.
    setImmediate(() => process.exit(0));
  });
}

run(stopping.signal).catch((error: Error) => {
  if (stopping.signal.aborted) return;
  console.error(`simulator: ${error.message}`);
  process.exit(1);
});
