import { randomUUID } from 'node:crypto';
import { orderId } from '../../src/domain/ids';
import { openFacts } from '../../src/domain/order';
import { createIssuerSeal } from '../../src/sealing/issuer-row';
import { createKeyRing, type KeyRing } from '../../src/sealing/key-ring';
import { newOrderKey } from '../../src/sealing/order-keys';
import { bindingOf } from '../../src/sealing/order-row';
import { type ClaimSeal, createCodes } from '../../src/store/codes';
import { type Database, openDatabase } from '../../src/store/database';
import { ensureIndexes } from '../../src/store/indexes';
import { type OrderRow, orderPosition } from '../../src/store/orders';

/** Of tests of the store alone. */
export const ring = createKeyRing([Buffer.alloc(32, 7)]);
export const issuerSeal = createIssuerSeal(ring);
/** Where nobody looks at it. */
export const anySeal = { of: () => Buffer.from('sealed'), isUntouched: () => true };
export const anyClaims: ClaimSeal = {
  fits: () => () => true,
  isLocked: () => false,
  bindingOf: () => ({ digest: 'digest', mac: 'mac' }),
  ofPurged: () => 'purged',
  isOfPurged: ({ mac }) => mac === 'purged',
};
export const codesOf = (of: Database, seal: ClaimSeal = anyClaims) => createCodes(of, seal, async () => undefined);

/** How long a call may take is no promise of the store's tests, and many at once take long on a busy machine. */
export const callLimitMs = 60_000;

/** A URI of the run's database server with a name that no other test file has. */
export const uriOfOwnDatabase = (): string => {
  const uri = new URL(process.env.TEST_MONGODB_URI ?? '');
  uri.pathname = `/t${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  return uri.href;
};

/** Called at the top of a test file of the store: a real database with its indexes, gone at the end. */
export const databaseOfFile = (): { readonly database: Database } => {
  let opened: Database | undefined;
  beforeAll(async () => {
    opened = openDatabase(uriOfOwnDatabase(), callLimitMs);
    await ensureIndexes(opened);
  });
  afterAll(async () => {
    await opened?.db.dropDatabase();
    await opened?.close();
  });
  return {
    get database() {
      if (!opened) throw new Error('the database is open before the first test');
      return opened;
    },
  };
};

/** An order as `POST /orders` inserts it. */
export const acceptedRow = (orderNo: string, change: Partial<OrderRow> = {}): OrderRow => {
  const order = { issuerId: change.issuerId ?? 'acme', orderNo };
  const createdAt = change.createdAt ?? new Date();
  const facts = openFacts({
    quantity: 1,
    amount: { value: 1_000, currency: 'EUR' },
    codeMode: 'push',
    channel: 'page',
    createdAtMs: createdAt.getTime(),
    verifyWindowMs: 600_000,
    issueWindowMs: 600_000,
  });
  return {
    _id: orderId(order),
    ...order,
    orderNoLower: orderNo.toLowerCase(),
    position: orderPosition(createdAt, order),
    product: { id: 'coffee', name: 'Coffee' },
    quantity: 1,
    amount: facts.amount,
    metadata: [],
    terminal: { channel: 'page' },
    terminalGiven: false,
    baseUrl: 'https://codes.example',
    mac: randomUUID(),
    wrappedKey: Buffer.from(randomUUID()),
    tokenHash: 'hash',
    pickupHash: randomUUID(),
    createdAt,
    state: facts.state,
    facts,
    version: facts.version,
    projected: 0,
    timeline: [{ key: 'accepted', atMs: createdAt.getTime(), event: 'accepted', detail: {} }],
    events: [],
    unstartedSince: createdAt,
    ...change,
  };
};

/** The same, as a platform with these keys binds it. */
export const boundRow = (orderNo: string, change: Partial<OrderRow> = {}, keyRing: KeyRing = ring): OrderRow => {
  const row = acceptedRow(orderNo, change);
  const { wrapped, keys } = newOrderKey(keyRing, row._id);
  const { 'terminal.mac': mac, ...binding } = bindingOf(keyRing, { ...row, wrappedKey: wrapped }) ?? {
    'terminal.mac': '',
  };
  const terminal = { ...row.terminal, mac };
  return { ...row, ...binding, wrappedKey: wrapped, pickupHash: keys.pickupHash, terminal };
};
