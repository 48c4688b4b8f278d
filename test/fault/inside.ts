import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import Module from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CrashPoint } from './crash-points';

/**
 * Loaded into the platform's own processes before their main (`node -r`): wraps a few of their parts, so that they die at
 * named places, or run with one guard switched off. The product knows nothing of it.
 */
const distFolder = join(__dirname, '../../dist');
const crashFolder = process.env.FAULT_CRASH_FOLDER ?? '';
const guardOff = process.env.FAULT_GUARD_OFF ?? '';

// biome-ignore lint/suspicious/noExplicitAny: whatever the wrapped part takes and gives
type Part = Record<string, any>;

const isArmed = (point: CrashPoint): boolean => {
  try {
    unlinkSync(join(crashFolder, point));
    return true;
  } catch {
    return false;
  }
};

const die = (point: CrashPoint): void => {
  writeFileSync(
    join(crashFolder, `hit.${point}.${process.pid}`),
    JSON.stringify({ point, pid: process.pid, atMs: Date.now() }),
  );
  process.kill(process.pid, 'SIGKILL');
};

const dieIfArmed = (point: CrashPoint): void => {
  if (isArmed(point)) die(point);
};

/** The wall clock of this process, as an administrator or a time server may step it; timers do not notice, as in life. */
let clockStepMs = 0;
const clockFile = join(crashFolder, `clock.${process.env.FAULT_PROCESS ?? ''}`);
const readClock = (): void => {
  try {
    clockStepMs = Number(readFileSync(clockFile, 'utf8'));
  } catch {
    clockStepMs = 0;
  }
};
readClock();
setInterval(readClock, 200).unref();
const RealDate = Date;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + clockStepMs] : args, newTarget),
  get: (target, name) => (name === 'now' ? () => RealDate.now() + clockStepMs : Reflect.get(target, name)),
});

/** Replaces exports of a built module before anyone else has loaded it. */
const replace = (file: string, change: (exports: Part) => Part): void => {
  const path = join(distFolder, file);
  const exports = require(path) as Part;
  const changed = change(exports);
  for (const name of Object.keys(changed)) if (!(name in exports)) throw new Error(`${file} exports no ${name}`);
  (require.cache[path] as NodeModule).exports = { ...exports, ...changed };
};

/** A factory whose product gets some of its functions wrapped. */
const wrapMade = (file: string, factory: string, wrap: (made: Part) => Part): void =>
  replace(file, (exports) => ({
    [factory]: (...args: unknown[]) => {
      const made = exports[factory](...args) as Part;
      const wrapped = wrap(made);
      for (const name of Object.keys(wrapped)) if (!(name in made)) throw new Error(`${factory} makes no ${name}`);
      return { ...made, ...wrapped };
    },
  }));

/** A built module with one part of its text changed as it is loaded. */
const rewrite = (file: string, from: RegExp, to: string): void => {
  const path = join(distFolder, file);
  const extensions = (Module as unknown as { _extensions: Record<string, (module: Part, name: string) => void> })
    ._extensions;
  const plain = extensions['.js'] as (module: Part, name: string) => void;
  extensions['.js'] = (module, name) => {
    if (name !== path) return plain(module, name);
    const compile = module._compile as (code: string, name: string) => void;
    module._compile = (code: string, compiled: string) => {
      if (!from.test(code)) throw new Error(`${file} has nothing like ${from}`);
      compile.call(module, code.replace(from, to), compiled);
    };
    return plain(module, name);
  };
};

if (guardOff === 'deadline') rewrite('src/temporal/order-gateway.js', /callLimitMs = 3_?000/, 'callLimitMs = 3000000');

// The newest write counts, whatever it knew; two handlers of one order are then always within one another's way.
const isFirstWriteOff = guardOff === 'first_write';
if (isFirstWriteOff) {
  rewrite('src/store/orders.js', /version: row\.version,\s*\/\/ A receipt[\s\S]*?row\.facts\.delivery\.state,?/, '');
}

let lastStartAtMs = 0;
replace('src/api/edge/open-server.js', ({ openServer }) => ({
  openServer: async (...args: unknown[]) => {
    const server = (await openServer(...args)) as Server;
    const close = server.close.bind(server);
    server.close = (done) => {
      close(done);
      dieIfArmed('in_graceful_stop');
      return server;
    };
    return server;
  },
}));

wrapMade('src/temporal/order-gateway.js', 'createOrderGateway', (gateway) => ({
  startOrder: async (...args: unknown[]) => {
    const outcome = await gateway.startOrder(...args);
    lastStartAtMs = Date.now();
    return outcome;
  },
  ask: async (...args: unknown[]) => {
    const asked = await gateway.ask(...args);
    if (asked.kind === 'judged') dieIfArmed('after_update_before_answer');
    return asked;
  },
}));

wrapMade('src/store/orders.js', 'createOrders', (orders) => ({
  applyDecision: async (...args: unknown[]) => {
    if (isFirstWriteOff) await pause(150);
    return orders.applyDecision(...args);
  },
  insertAccepted: async (row: unknown) => {
    const inserting = orders.insertAccepted(row);
    if (isArmed('in_row_and_key_write')) {
      // Long enough for the bytes to leave, too short for an answer.
      inserting.catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      die('in_row_and_key_write');
    }
    const inserted = await inserting;
    dieIfArmed('after_row_before_start');
    return inserted;
  },
}));

wrapMade('src/store/requests.js', 'createRequests', (requests) => ({
  keep: async (...args: unknown[]) => {
    const sinceMs = Date.now();
    if (args[2] === 201 && isArmed('after_start_before_answer')) {
      for (let n = 0; lastStartAtMs < sinceMs - 500 && n < 100; n += 1) await pause(20);
      die('after_start_before_answer');
    }
    return requests.keep(...args);
  },
}));

const unwritten = new Map<string, Part>();
wrapMade('src/store/codes.js', 'createCodes', (codes) => ({
  claimFor: async (row: Part) => {
    if (guardOff === 'claim_first') {
      // The codes are written only once the order has taken them.
      const full = { ...row, status: 'claimed', asks: 1 };
      unwritten.set(row._id, row);
      return { kind: 'claimed', row: full };
    }
    const claim = await codes.claimFor(row);
    if (claim.kind === 'claimed') dieIfArmed('after_claim_before_update');
    return claim;
  },
  markAccepted: async (ids: readonly string[]) => {
    for (const id of ids) {
      const row = unwritten.get(id);
      if (row) await codes.claimFor(row);
      unwritten.delete(id);
    }
    return codes.markAccepted(ids);
  },
  unjudged: async (...args: unknown[]) => {
    dieIfArmed('in_reconciler');
    return codes.unjudged(...args);
  },
}));

const afterCall: Readonly<Record<string, CrashPoint>> = {
  'order.paid': 'after_notice_before_record',
  'order.code_requested': 'after_code_answer_before_claim',
  'code.delivered': 'after_delivery_before_record',
};
wrapMade('src/outbound/client.js', 'createOutbound', (outbound) => ({
  postSigned: async (call: { body: Buffer }) => {
    const result = await outbound.postSigned(call);
    const { type } = JSON.parse(call.body.toString()) as { type: string };
    if (result.kind === 'answered' && result.status < 300) dieIfArmed(afterCall[type] ?? 'after_event_before_record');
    return result;
  },
}));

wrapMade('src/mail/mailer.js', 'createMailer', (mailer) => ({
  send: async (mail: { id: string }) => {
    const id = guardOff === 'message_id' ? `${mail.id}.${Date.now()}` : mail.id;
    const mailed = await mailer.send({ ...mail, id });
    if (mailed.isTaken) dieIfArmed('after_mail_before_record');
    return guardOff === 'mail_answer' ? { isTaken: true, refusedRecipients: 0 } : mailed;
  },
}));

wrapMade('src/channels/sms/generic-gateway.js', 'createGenericGateway', (gateway) => ({
  send: async (...args: unknown[]) => {
    const answer = await gateway.send(...args);
    if (answer.isTaken) dieIfArmed('after_sms_before_record');
    return answer;
  },
}));

wrapMade('activities/project.js', 'createProject', (activities) => ({
  project: async (projection: { facts: { state: string; redeliveries?: number } }) => {
    // Within an Update's own workflow task: with its last codes an order goes on to its delivery at once.
    const isOfCodes = ['issued', 'delivered'].includes(projection.facts.state);
    if (isOfCodes) dieIfArmed('in_update_before_projection');
    const ahead = await activities.project(projection);
    if (isOfCodes) dieIfArmed('in_update_after_projection');
    if (projection.facts.state === 'issued' && projection.facts.redeliveries)
      dieIfArmed('in_redelivery_after_projection');
    if (projection.facts.state === 'cancelled') dieIfArmed('in_cancel_after_projection');
    return ahead;
  },
}));

if (guardOff === 'reconciler') {
  wrapMade('activities/reconcile.js', 'createReconcile', () => ({ reconcile: async () => ({}) }));
}
if (guardOff === 'idempotency') {
  replace('src/api/edge/idempotency.js', () => ({
    once: async (_parts: unknown, _name: unknown, handle: () => Promise<Part>) => {
      const answer = await handle();
      return { status: answer.status, body: JSON.stringify(answer.body), isProblem: false, isReplay: false };
    },
  }));
}
if (guardOff === 'unique_index') {
  replace('src/store/indexes.js', (exports) => ({
    ensureIndexes: async (database: Part) => {
      await exports.ensureIndexes(database);
      await database.submissions.dropIndex('one_order_per_claim').catch(() => undefined);
    },
  }));
}
