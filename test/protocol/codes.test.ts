import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';

const file = platformOfFile();
const a = { itemId: 'a', value: 'A-1' };

describe('accepted', () => {
  test('201 with what the order holds of the call and what is left; the same again 200', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('take-1', { quantity: 3 });
    const submit = async (codes: unknown[]) => {
      const { status, body } = await issuer.submit('take-1', codes);
      return { status, body };
    };
    const [first, second, third] = ['a', 'b', 'c'].map((itemId) => ({ itemId, value: `TAKE-${itemId}` }));
    expect(await submit([first])).toEqual({ status: 201, body: { accepted: 1, outstanding: 2 } });
    expect(await submit([first])).toEqual({ status: 200, body: { accepted: 1, outstanding: 2 } });
    expect(await submit([first, second])).toEqual({ status: 201, body: { accepted: 2, outstanding: 1 } });
    expect((await issuer.order('take-1')).body).toMatchObject({
      state: 'partially_issued',
      codes: { issued: 2, outstanding: 1 },
    });
    expect(await submit([third])).toEqual({ status: 201, body: { accepted: 1, outstanding: 0 } });
    await issuer.inState('take-1', 'delivered');
    expect(await submit([third, first])).toEqual({ status: 200, body: { accepted: 2, outstanding: 0 } });
  });

  test('two hundred codes in one call, not one more, and at least one', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('many-1', { quantity: 201 });
    const codes = Array.from({ length: 201 }, (_, n) => ({ itemId: `i${n}`, value: `MANY-${n}` }));
    expectProblem(await issuer.submit('many-1', codes), 422, 'body_invalid', '/codes');
    expectProblem(await issuer.submit('many-1', []), 422, 'body_invalid', '/codes');
    expect(await issuer.submit('many-1', codes.slice(0, 200))).toMatchObject({
      status: 201,
      body: { accepted: 200, outstanding: 1 },
    });
  });

  test('a code is in no answer, list, timeline or log', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('silent-1', { quantity: 2 });
    const codes = [
      { itemId: 'a', value: 'SILENT-VALUE-1', secret: 'SILENT-PIN-1' },
      { itemId: 'b', value: 'SILENT-VALUE-2' },
    ];
    const answers = [
      await issuer.submit('silent-1', [{ itemId: 'a', value: 'SILENT-VALUE-1', secret: 1 }]),
      await issuer.submit('silent-1', codes.slice(0, 1)),
      await issuer.submit('silent-1', [{ itemId: 'a', value: 'SILENT-VALUE-3' }]),
      await issuer.submit('silent-1', codes),
      await issuer.inState('silent-1', 'delivered'),
      await issuer.get('/orders'),
      await issuer.get('/orders/silent-1/timeline'),
      await file.platform.operator('GET', `/orders/${issuer.issuerId}/silent-1`),
      await file.platform.operator('GET', `/orders/${issuer.issuerId}/silent-1/timeline`),
      await file.platform.operator('GET', '/audit'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([422, 201, 409, 201, 200, 200, 200, 200, 200, 200]);
    const event = await issuer.message('order.delivered', 'silent-1');
    const everything = JSON.stringify(answers.map(({ body }) => body)) + event.raw + file.platform.logText();
    expect(everything).not.toContain('SILENT-VALUE');
    expect(everything).not.toContain('SILENT-PIN');
  });
});

describe('refused', () => {
  test('a wrong token is 403, before and after verification and delivery', async () => {
    const issuer = await file.issuer();
    const wrong = async () => expectProblem(await issuer.submit('token-1', [a], { token: 'x' }), 403, 'token_mismatch');
    await issuer.place('token-1');
    await issuer.message('order.paid', 'token-1');
    await wrong();
    await issuer.verify('token-1');
    await wrong();
    await issuer.submit('token-1', [a]);
    await issuer.inState('token-1', 'delivered');
    await wrong();
  });

  test('before the verification 409 not_verified, retryable, and no failure: pushing early locks nothing', async () => {
    const issuer = await file.issuer();
    await issuer.place('early-1');
    await issuer.message('order.paid', 'early-1');
    for (let n = 0; n < 11; n += 1) {
      expectProblem(await issuer.submit('early-1', [{ itemId: 'a', value: 'EARLY' }]), 409, 'not_verified');
    }
    // Also when it would conflict: the verification comes first.
    const tooMany = ['a', 'b'].map((itemId) => ({ itemId, value: `EARLY-${itemId}` }));
    expectProblem(await issuer.submit('early-1', tooMany), 409, 'not_verified');
    expect((await issuer.verify('early-1')).status).toBe(200);
    expect((await issuer.submit('early-1', [{ itemId: 'a', value: 'EARLY' }])).status).toBe(201);
  });

  test('the same itemId with anything else than the whole same Code is 409 code_conflict', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('whole-1', { quantity: 3 });
    const code = { itemId: 'a', value: 'WHOLE-1', secret: '1234', expiresAt: '2031-01-01T00:00:00Z' };
    expect((await issuer.submit('whole-1', [code])).status).toBe(201);
    for (const change of [
      { value: 'WHOLE-2' },
      { secret: '1235' },
      { secret: undefined },
      { format: 'qr' },
      { expiresAt: '2032-01-01T00:00:00Z' },
      { expiresAt: undefined },
    ]) {
      expectProblem(await issuer.submit('whole-1', [{ ...code, ...change }]), 409, 'code_conflict');
    }
    expect((await issuer.submit('whole-1', [{ ...code, format: 'text' }])).status).toBe(200);
    for (const expiresAt of ['2031-01-01T00:00:00+00:00', '2031-01-01T05:30:00+05:30']) {
      expect((await issuer.submit('whole-1', [{ ...code, expiresAt }])).status).toBe(200);
    }
  });

  test('a code that has expired before it comes is 422 at its expiresAt, and its value stays free', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('past-1', { quantity: 2 });
    const [good, past] = ['a', 'b'].map((itemId) => ({ itemId, value: `PAST-${itemId}` }));
    const expired = { ...past, expiresAt: '2020-01-01T00:00:00Z' };
    expectProblem(await issuer.submit('past-1', [good, expired]), 422, 'body_invalid', '/codes/1/expiresAt');
    expect((await issuer.order('past-1')).body.codes).toEqual({ issued: 0, outstanding: 2 });
    expect((await issuer.submit('past-1', [good, past])).status).toBe(201);
  });

  test('more codes than the quantity, or a held value under another itemId, is 409 code_conflict', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('over-1', { quantity: 2 });
    const codes = ['a', 'b', 'c'].map((itemId) => ({ itemId, value: `OVER-${itemId}` }));
    expectProblem(await issuer.submit('over-1', codes), 409, 'code_conflict');
    expect((await issuer.submit('over-1', codes.slice(0, 1))).status).toBe(201);
    expectProblem(await issuer.submit('over-1', codes.slice(1)), 409, 'code_conflict');
    expectProblem(await issuer.submit('over-1', [{ itemId: 'b', value: 'OVER-a' }]), 409, 'code_conflict');
    expect((await issuer.order('over-1')).body.codes).toEqual({ issued: 1, outstanding: 1 });
  });

  test('a call is all or nothing, and refused codes are free for another order', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('all-1', { quantity: 3 });
    await issuer.placeVerified('all-2');
    await issuer.submit('all-1', [{ itemId: 'a', value: 'ALL-a' }]);
    const mixed = [
      { itemId: 'b', value: 'ALL-b' },
      { itemId: 'a', value: 'ALL-other' },
    ];
    expectProblem(await issuer.submit('all-1', mixed), 409, 'code_conflict');
    expect((await issuer.order('all-1')).body.codes).toEqual({ issued: 1, outstanding: 2 });
    expect((await issuer.submit('all-2', [{ itemId: 'z', value: 'ALL-b' }])).status).toBe(201);
  });

  test('a value that another order of this issuer holds is 409 code_reused; other issuers are not asked', async () => {
    const [issuer, other] = [await file.issuer(), await file.issuer()];
    for (const orderNo of ['reuse-1', 'reuse-2']) await issuer.placeVerified(orderNo, { quantity: 2 });
    await other.placeVerified('reuse-1');
    const held = { itemId: 'a', value: 'REUSED' };
    expect((await issuer.submit('reuse-1', [held])).status).toBe(201);
    expectProblem(await issuer.submit('reuse-2', [{ itemId: 'z', value: 'REUSED' }]), 409, 'code_reused');
    // All or nothing here too, and a conflict is seen first.
    const fresh = { itemId: 'b', value: 'REUSE-fresh' };
    expectProblem(await issuer.submit('reuse-2', [fresh, held]), 409, 'code_reused');
    expect((await issuer.order('reuse-2')).body.codes).toEqual({ issued: 0, outstanding: 2 });
    const tooMany = [held, fresh, { itemId: 'c', value: 'REUSE-c' }];
    expectProblem(await issuer.submit('reuse-2', tooMany), 409, 'code_conflict');
    expect((await other.submit('reuse-1', [held])).status).toBe(201);
    await other.inState('reuse-1', 'delivered');
    expectProblem(await issuer.submit('reuse-2', [held]), 409, 'code_reused');
  });

  test('of two orders that are given one value at the same moment, one has it', async () => {
    const issuer = await file.issuer();
    const orderNos = ['race-1', 'race-2', 'race-3'];
    for (const orderNo of orderNos) await issuer.placeVerified(orderNo);
    const answers = await Promise.all(
      orderNos.map((orderNo) => issuer.submit(orderNo, [{ itemId: orderNo, value: 'RACE' }])),
    );
    const [taken, ...refused] = [...answers].sort((one, other) => one.status - other.status);
    expect(taken?.status).toBe(201);
    for (const answer of refused) expectProblem(answer, 409, 'code_reused');
  });

  test('an order delivered whole answers a repeat with 200 and anything else with code_conflict', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('whole-2');
    const code = { itemId: 'a', value: 'WHOLE-2' };
    await issuer.submit('whole-2', [code]);
    await issuer.inState('whole-2', 'delivered');
    expect(await issuer.submit('whole-2', [code])).toMatchObject({
      status: 200,
      body: { accepted: 1, outstanding: 0 },
    });
    expectProblem(await issuer.submit('whole-2', [{ itemId: 'a', value: 'OTHER' }]), 409, 'code_conflict');
    expectProblem(await issuer.submit('whole-2', [{ itemId: 'b', value: 'OTHER' }]), 409, 'code_conflict');
    expectProblem(await issuer.submit('whole-2', [code, { itemId: 'b', value: 'OTHER' }]), 409, 'code_conflict');
  });

  const expectLate = async (issuer: Awaited<ReturnType<typeof file.issuer>>, orderNo: string): Promise<void> => {
    const late = { itemId: 'late', value: `LATE-${orderNo}` };
    expectProblem(await issuer.submit(orderNo, [late]), 409, 'order_closed');
    expectProblem(await issuer.submit(orderNo, [late], { token: 'x' }), 409, 'order_closed');
    const before = (await issuer.order(orderNo)).body;
    await issuer.placeVerified(`${orderNo}-next`);
    expect((await issuer.submit(`${orderNo}-next`, [late])).status).toBe(201);
    expect((await issuer.order(orderNo)).body).toEqual(before);
  };

  test.concurrent('a late code of a refused or cancelled order is order_closed and never in another one’s way', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('late-1');
    await issuer.refuse('late-1');
    await expectLate(issuer, 'late-1');
    await issuer.place('late-2');
    await issuer.message('order.paid', 'late-2');
    await issuer.cancel('late-2');
    await expectLate(issuer, 'late-2');
  });

  test.concurrent('a late code of an expired order, too', async () => {
    const issuer = await file.issuer({ issueWindowSeconds: 5 });
    await issuer.placeVerified('late-3');
    await issuer.inState('late-3', 'expired');
    await expectLate(issuer, 'late-3');
  });

  test.concurrent('an order delivered in part is closed to every code, and its page shows only what came', async () => {
    const issuer = await file.issuer({ issueWindowSeconds: 5 });
    const placed = await issuer.placeVerified('part-1', { quantity: 2 });
    const code = { itemId: 'a', value: 'PART-IN-TIME' };
    expect((await issuer.submit('part-1', [code])).status).toBe(201);
    const delivered = (await issuer.inState('part-1', 'delivered')).body;
    expect(delivered.codes).toEqual({ issued: 1, outstanding: 1 });
    expectProblem(await issuer.submit('part-1', [code]), 409, 'order_closed');
    await expectLate(issuer, 'part-1');
    const page = await (await reveal(placed.body.pickupUrl)).text();
    expect(page).toContain('PART-IN-TIME');
    expect(page).not.toContain('LATE-part-1');
  });
});

describe('what a Code may be', () => {
  const refused: [string, unknown, string][] = [
    ['a value that is a number', { value: 4711 }, '/codes/0/value'],
    ['no value', { value: undefined }, '/codes/0/value'],
    ['an empty value', { value: '' }, '/codes/0/value'],
    ['a value of 513', { value: 'x'.repeat(513) }, '/codes/0/value'],
    ['an itemId of 65', { itemId: 'x'.repeat(65) }, '/codes/0/itemId'],
    ['an empty itemId', { itemId: '' }, '/codes/0/itemId'],
    ['an itemId that is a number', { itemId: 7 }, '/codes/0/itemId'],
    ['a secret of 513', { secret: 'x'.repeat(513) }, '/codes/0/secret'],
    ['a secret that is null', { secret: null }, '/codes/0/secret'],
    ['an unknown format', { format: 'code93' }, '/codes/0/format'],
    ['an expiry that is no RFC 3339 time', { expiresAt: 'tomorrow' }, '/codes/0/expiresAt'],
    ['an expiry whose offset has no colon', { expiresAt: '2031-01-01T00:00:00+0200' }, '/codes/0/expiresAt'],
    ['an expiry of the year 10000 in UTC', { expiresAt: '9999-12-31T23:59:59-01:00' }, '/codes/0/expiresAt'],
    ['a field that no Code has', { pin: '1' }, '/codes/0/pin'],
    ['url: no scheme', { format: 'url', value: 'example.com/x' }, '/codes/0/value'],
    ['url: another scheme', { format: 'url', value: 'ftp://example.com/x' }, '/codes/0/value'],
    ['url: a script', { format: 'url', value: 'javascript:alert(1)' }, '/codes/0/value'],
    ['ean13: a wrong check digit', { format: 'ean13', value: '4006381333932' }, '/codes/0/value'],
    ['ean13: 12 digits', { format: 'ean13', value: '400638133393' }, '/codes/0/value'],
    ['ean13: letters', { format: 'ean13', value: '400638133393A' }, '/codes/0/value'],
    ['ean8: a wrong check digit', { format: 'ean8', value: '96385075' }, '/codes/0/value'],
    ['upca: 13 digits', { format: 'upca', value: '0036000291452' }, '/codes/0/value'],
    ['code39: small letters', { format: 'code39', value: 'abc' }, '/codes/0/value'],
    ['itf: an odd number of digits', { format: 'itf', value: '123' }, '/codes/0/value'],
    ['gs1-128: a wrong check digit of 01', { format: 'gs1-128', value: '(01)04006381333932' }, '/codes/0/value'],
    ['code128: beyond ASCII', { format: 'code128', value: 'Käse' }, '/codes/0/value'],
    ['code128: 81 characters', { format: 'code128', value: 'x'.repeat(81) }, '/codes/0/value'],
    ['pdf417: beyond its capacity', { format: 'pdf417', value: '🎫'.repeat(512) }, '/codes/0/value'],
    ['aztec: beyond its capacity', { format: 'aztec', value: '🎫'.repeat(512) }, '/codes/0/value'],
    ['datamatrix: beyond its capacity', { format: 'datamatrix', value: '🎫'.repeat(512) }, '/codes/0/value'],
  ];
  test.each(refused)('422 for %s', async (_what, change, path) => {
    const issuer = await file.issuer();
    await issuer.place('shape-1');
    const code = { itemId: 'a', value: 'SHAPE', ...(change as object) };
    expectProblem(await issuer.submit('shape-1', [code], { token: 't' }), 422, 'body_invalid', path);
  });

  test.each([
    ['itemId', { itemId: 'a', value: 'TWICE-2' }],
    ['value', { itemId: 'b', value: 'TWICE-1' }],
  ])('422 for the same %s twice in one call', async (field, second) => {
    const issuer = await file.issuer();
    await issuer.place('twice-1', { quantity: 2 });
    const codes = [{ itemId: 'a', value: 'TWICE-1' }, second];
    expectProblem(await issuer.submit('twice-1', codes, { token: 't' }), 422, 'body_invalid', `/codes/1/${field}`);
  });

  test('every format takes what fits it, up to 512 code points', async () => {
    const issuer = await file.issuer();
    const codes = [
      { itemId: 'text', value: ' spaces, ümläuts and 🎫 stay '.padEnd(512, '.') },
      { itemId: 'text-512', value: '🎫'.repeat(512), format: 'text' },
      { itemId: 'url', value: 'https://example.com/redeem?c=1', format: 'url' },
      { itemId: 'url-http', value: 'http://example.com', format: 'url' },
      { itemId: 'qr', value: '🎟'.repeat(512), format: 'qr' },
      { itemId: 'code128', value: 'x'.repeat(80), format: 'code128' },
      { itemId: 'ean13', value: '4006381333931', format: 'ean13' },
      { itemId: 'code39', value: 'A'.repeat(80), format: 'code39' },
      { itemId: 'itf', value: '0123456789', format: 'itf' },
      { itemId: 'ean8', value: '96385074', format: 'ean8' },
      { itemId: 'upca', value: '036000291452', format: 'upca' },
      { itemId: 'gs1-128', value: '(01)04006381333931(21)AB', format: 'gs1-128' },
      { itemId: 'pdf417', value: 'P'.repeat(512), format: 'pdf417' },
      { itemId: 'aztec', value: 'Z'.repeat(512), format: 'aztec' },
      { itemId: 'datamatrix', value: 'D'.repeat(512), format: 'datamatrix' },
      { itemId: 'x'.repeat(64), value: '1', secret: 's'.repeat(512), expiresAt: '2031-01-01T00:00:00Z' },
    ];
    await issuer.placeVerified('formats-1', { quantity: codes.length });
    expect(await issuer.submit('formats-1', codes)).toMatchObject({
      status: 201,
      body: { accepted: codes.length, outstanding: 0 },
    });
    await issuer.inState('formats-1', 'delivered');
  });
});
