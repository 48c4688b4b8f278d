import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { deliverCodes, notifyIssuer, serveOrders, settings, tellDelivered } from './wire.mjs';

// Hand-made: a state table and a transactional outbox in one PostgreSQL. Each step is one statement that changes the order and puts
// the call that follows into the outbox; callers take due rows with SKIP LOCKED under a lease, and are woken by LISTEN/NOTIFY.
const inFlightMax = 64;
const pollMs = 500;
const connection = { connectionString: settings.storeUrl, connectionTimeoutMillis: 5_000 };

const pool = new pg.Pool({ ...connection, max: 10, query_timeout: 10_000 });
// node-postgres: an idle client that loses its server emits here, and without a listener the process ends.
pool.on('error', (error) => console.error(error.message));

await pool.query(`
  create table if not exists orders (
    key text primary key, issuer_id text not null, order_no text not null, token text not null, product jsonb not null,
    quantity int not null, amount_value bigint not null, amount_currency text not null, state text not null default 'accepted',
    codes jsonb, created_at timestamptz not null default now());
  create table if not exists outbox (
    id bigserial primary key, key text not null references orders, kind text not null, tries int not null default 0,
    due_at timestamptz not null default now());
  create index if not exists outbox_due on outbox (due_at);`);

const statement = (name, text) => (values) => pool.query({ name, text, values });

const insertOrder = statement(
  'insert-order',
  `with o as (insert into orders (key, issuer_id, order_no, token, product, quantity, amount_value, amount_currency)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning key),
   b as (insert into outbox (key, kind) select key, 'order.paid' from o returning id)
   select pg_notify('outbox', '') from b`,
);
const verifyOrder = statement(
  'verify-order',
  `update orders set state = case state when 'accepted' then 'verified' else state end
   where key = $1 and token = $2 and quantity = $3 and amount_value = $4 and amount_currency = $5 returning key`,
);
const storeCodes = statement(
  'store-codes',
  `with o as (update orders set state = 'issued', codes = $3 where key = $1 and token = $2 and state = 'verified' returning key),
   b as (insert into outbox (key, kind) select key, 'code.delivered' from o returning id)
   select pg_notify('outbox', '') from b`,
);
const findOrder = statement('find-order', 'select state, codes = $2::jsonb as is_same from orders where key = $1');
const claimDue = statement(
  'claim-due',
  `update outbox b set tries = b.tries + 1, due_at = now() + interval '15 s' from orders o where o.key = b.key and b.id in
     (select id from outbox where due_at <= now() order by due_at limit $1 for update skip locked)
   returning b.id, b.kind, b.tries, o.*`,
);
const dropSent = statement('drop-sent', 'delete from outbox where id = $1');
const markDelivered = statement(
  'mark-delivered',
  `with d as (delete from outbox where id = $1 returning key),
   o as (update orders set state = 'delivered' from d where orders.key = d.key and state = 'issued' returning orders.key),
   b as (insert into outbox (key, kind) select key, 'order.delivered' from o returning id)
   select pg_notify('outbox', '') from b`,
);
const tryLater = statement(
  'try-later',
  `update outbox set due_at = now() + least(interval '30 s', interval '200 ms' * power(2, least(tries, 20) - 1)) where id = $1`,
);

const call = async (row) => {
  const { kind, issuer_id: issuerId, order_no: orderNo, token, product, quantity, codes } = row;
  const amount = { value: Number(row.amount_value), currency: row.amount_currency };
  const order = { issuerId, orderNo, token, product, quantity, amount };
  if (kind === 'order.paid') {
    await notifyIssuer(order);
    await dropSent([row.id]);
  } else if (kind === 'code.delivered') {
    await deliverCodes(order, codes);
    await markDelivered([row.id]);
  } else {
    await tellDelivered(order);
    await dropSent([row.id]);
  }
};

let inFlight = 0;
let isClaiming = false;
let isWoken = false;
const claimAndCall = async () => {
  isWoken = true;
  if (isClaiming) return;
  isClaiming = true;
  try {
    while (isWoken && inFlight < inFlightMax) {
      isWoken = false;
      const room = inFlightMax - inFlight;
      const { rows } = await claimDue([room]);
      inFlight += rows.length;
      isWoken ||= rows.length === room;
      for (const row of rows) {
        call(row)
          .catch(() => tryLater([row.id]).catch((error) => console.error(error.message)))
          .finally(() => {
            inFlight -= 1;
            // Rows that found no room are due still.
            if (isWoken) void claimAndCall();
          });
      }
    }
  } catch (error) {
    console.error(error.message);
  } finally {
    isClaiming = false;
  }
};

/** A listener that loses its server comes back; what was put in meanwhile is found by the poll. */
const listen = async () => {
  for (;;) {
    const client = new pg.Client(connection);
    const lost = new Promise((resolve) => client.once('error', resolve).once('end', resolve));
    client.on('error', (error) => console.error(error.message));
    client.on('notification', claimAndCall);
    try {
      await client.connect();
      await client.query('listen outbox');
      await lost;
    } catch (error) {
      console.error(error.message);
    }
    await pause(pollMs);
  }
};
void listen();
setInterval(claimAndCall, pollMs);

serveOrders({
  place: async ({ issuerId, orderNo, token, product, quantity, amount }) => {
    const key = `${issuerId}/${orderNo}`;
    const { rowCount } = await insertOrder([
      ...[key, issuerId, orderNo, token, JSON.stringify(product), quantity, amount.value, amount.currency],
    ]);
    return rowCount > 0;
  },
  verify: async (key, { token, quantity, amount }) => {
    const { rowCount } = await verifyOrder([key, token, quantity, amount.value, amount.currency]);
    if (rowCount > 0) return 200;
    const { rowCount: known } = await findOrder([key, null]);
    return known > 0 ? 403 : 404;
  },
  submit: async (key, { token, codes }) => {
    const text = JSON.stringify(codes);
    const { rowCount } = await storeCodes([key, token, text]);
    if (rowCount > 0) return 201;
    const { rows } = await findOrder([key, text]);
    if (rows.length === 0) return 404;
    return rows[0].is_same ? 200 : 409;
  },
});
