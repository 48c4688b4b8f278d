import { crashScenes } from './crash-scenes';
import { runPlan } from './run';

const arg = (n: string, d: number) => Number(process.argv.find((a) => a.startsWith(`--${n}=`))?.split('=')[1] ?? d);
const guard = process.argv.find((a) => a.startsWith('--guard='))?.split('=')[1];
void runPlan({
  folder: process.argv[2] as string,
  seed: arg('seed', 1),
  orders: arg('orders', 0),
  faultsMs: arg('faults', 30) * 1000,
  faultEveryMs: arg('every', 3500),
  scenes: arg('scenes', 1)
    ? crashScenes.filter((s) => s.name.includes(process.argv.find((a) => a.startsWith('--only='))?.split('=')[1] ?? ''))
    : [],
  windowSeconds: arg('window', 90),
  boundMs: arg('bound', 150) * 1000,
  ...(guard ? { guardOff: guard } : {}),
  say: (l) => process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${l}\n`),
}).then(
  (r) => {
    process.stdout.write(`${JSON.stringify(r, null, 1)}\n`);
    process.exit(0);
  },
  (e) => {
    process.stderr.write(`${e.stack}\n`);
    process.exit(1);
  },
);
