import type { LookupAddress } from 'node:dns';
import { AddressForbidden, createAddressGuard } from '../../src/outbound/address-guard';
import { createLookups } from '../../src/outbound/lookups';

const names: Record<string, LookupAddress[]> = {
  'public.test': [{ address: '93.184.216.34', family: 4 }],
  'inside.test': [{ address: '10.1.2.3', family: 4 }],
  'mixed.test': [
    { address: '10.1.2.3', family: 4 },
    { address: '2606:2800:220:1::1', family: 6 },
    { address: '93.184.216.34', family: 4 },
  ],
  'private.test': [{ address: '192.168.1.1', family: 4 }],
};

const guardOf = (...allowCidrs: string[]) =>
  createAddressGuard({
    allowCidrs,
    resolve: async (name) => {
      const found = names[name];
      if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      return found;
    },
  });

const codeOf = async (guard: ReturnType<typeof guardOf>, url: string) => (await guard.urlProblem(url))?.code ?? 'none';

describe('addresses', () => {
  test.each([
    '1.1.1.1',
    '93.184.216.34',
    '2606:4700:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
    '2002:101:101::1',
  ])('%s is public and may be called', (address) => {
    expect(guardOf().allows(address)).toBe(true);
    expect(guardOf().allowsPlain(address)).toBe(false);
  });

  test.each([
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback, another', '127.255.0.9'],
    ['private, 10', '10.0.0.1'],
    ['private, 172.16', '172.31.255.255'],
    ['private, 192.168', '192.168.0.1'],
    ['link-local and cloud metadata', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['benchmarking', '198.18.0.1'],
    ['documentation', '192.0.2.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['IPv6 unspecified', '::'],
    ['IPv6 loopback', '::1'],
    ['unique local', 'fd00::1'],
    ['IPv6 link-local', 'fe80::1'],
    ['IPv6 link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['IPv6 multicast', 'ff02::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in hexadecimal', '::ffff:a9fe:a9fe'],
    ['IPv4-compatible loopback', '::127.0.0.1'],
    ['IPv4-translated loopback', '::ffff:0:127.0.0.1'],
    ['NAT64 of loopback', '64:ff9b::7f00:1'],
    ['NAT64 of metadata', '64:ff9b::169.254.169.254'],
    ['NAT64 with a local prefix', '64:ff9b:1::101:101'],
    ['6to4 of a private address', '2002:a00:1::1'],
    ['Teredo whose client is private', '2001:0:101:101::f5ff:fffe'],
    ['Teredo whose server is private', '2001:0:a00:1::fefe:fefe'],
    ['not assigned', '4000::1'],
    ['no address', 'example.com'],
    ['nothing', ''],
  ])('%s may not be called: %s', (_name, address) => {
    expect(guardOf().allows(address)).toBe(false);
    expect(guardOf().allowsPlain(address)).toBe(false);
  });

  test('CALLBACK_ALLOW opens its ranges and nothing beside them, in every notation of an address', () => {
    const guard = guardOf('127.0.0.0/8', ' fd12::/16 ', '10.0.0.7', '::ffff:192.168.9.0/120');
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', 'fd12::5', '10.0.0.7', '192.168.9.4']) {
      expect([address, guard.allows(address), guard.allowsPlain(address)]).toEqual([address, true, true]);
    }
    for (const address of ['10.0.0.8', '::1', 'fd13::5', '192.168.8.4', '169.254.169.254']) {
      expect([address, guard.allows(address)]).toEqual([address, false]);
    }
  });

  test.each(['127.0.0.0/33', 'localhost', '10.0.0.0-10.0.0.9', '', '::/129'])(
    'the range %j stops the start',
    (cidr) => {
      expect(() => guardOf(cidr)).toThrow('not an address range');
    },
  );
});

describe('what one issuer alone may reach', () => {
  const guard = guardOf('acme@10.0.0.0/8:8443', 'acme@[fd00::/8]:8443', 'acme@192.168.1.1', '127.0.0.0/8:9000');
  const [acme, other] = [guard.of('acme'), guard.of('other')];

  test('is its range at its port, beside what everybody may', () => {
    for (const [address, port] of [
      ...[['10.1.2.3', 8_443] as const, ['fd00::1', 8_443] as const, ['192.168.1.1', 1] as const],
      ...[['::ffff:10.1.2.3', 8_443] as const, ['127.0.0.1', 9_000] as const],
    ]) {
      expect([address, acme.allows(address, port), acme.allowsPlain(address, port)]).toEqual([address, true, true]);
      expect([address, other.allows(address, port)]).toEqual([address, address === '127.0.0.1']);
      expect([address, guard.allows(address, port)]).toEqual([address, address === '127.0.0.1']);
    }
    expect([acme.allows('10.1.2.3', 443), acme.allows('127.0.0.1', 9_001), acme.allows('10.1.2.3')]).toEqual(
      Array(3).fill(false),
    );
  });

  test('is judged by the port of the URL, also where a name leads inside', async () => {
    const code = async (rights: typeof acme, url: string) => (await rights.urlProblem(url))?.code ?? 'none';
    for (const url of ['http://10.1.2.3:8443/', 'https://10.1.2.3:8443/', 'http://inside.test:8443/']) {
      expect([url, await code(acme, url)]).toEqual([url, 'none']);
      expect([url, await code(other, url)]).toEqual([url, expect.stringContaining('forbidden')]);
    }
    expect(await code(acme, 'https://10.1.2.3/')).toBe('address_forbidden');
    expect(await code(acme, 'http://inside.test/')).toBe('scheme_forbidden');
  });

  test.each([
    'Not_an_id@10.0.0.0/8',
    '@10.0.0.0/8',
    'acme@',
    '10.0.0.0/8:0',
    '10.0.0.0/8:65536',
    'fd00::/8:x',
    'a@b@10.0.0.1',
  ])('the entry %j stops the start', (entry) => expect(() => guardOf(entry)).toThrow());
});

describe('URLs on registration', () => {
  test.each([
    'https://example.com/callbacks?shop=1',
    'https://example.com:8443/',
    'https://xn--bcher-kva.example/',
    'https://bücher.example/',
    'https://a_b.example/',
    'https://1.1.1.1/',
    'https://[2606:4700:4700::1111]/',
    'https://private.test/',
    `https://example.com/${'a'.repeat(1004)}`,
  ])('%s is accepted; a name is judged when it is connected', async (url) => {
    expect(await guardOf().urlProblem(url)).toBeNull();
  });

  test.each([
    ['https://127.0.0.1/', 'address_forbidden'],
    ['https://127.1/', 'address_forbidden'],
    ['https://2130706433/', 'address_forbidden'],
    ['https://0x7f000001/', 'address_forbidden'],
    ['https://0177.0.0.1/', 'address_forbidden'],
    ['https://127.0.0.1./', 'address_forbidden'],
    ['https://①②⑦.0.0.1/', 'address_forbidden'],
    ['https://[::1]/', 'address_forbidden'],
    ['https://[::ffff:127.0.0.1]/', 'address_forbidden'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'address_forbidden'],
    ['https://169.254.169.254/latest/meta-data', 'address_forbidden'],
    ['https://10.0.0.1:8443/', 'address_forbidden'],
    ['http://example.com/', 'scheme_forbidden'],
    ['http://public.test/', 'scheme_forbidden'],
    ['http://1.1.1.1/', 'scheme_forbidden'],
    ['ftp://example.com/', 'scheme_forbidden'],
    ['javascript:alert(1)', 'scheme_forbidden'],
    ['https://user@example.com/', 'user_info_forbidden'],
    ['https://user:pass@example.com/', 'user_info_forbidden'],
    ['https://@example.com/', 'user_info_forbidden'],
    ['https://example.com@127.0.0.1/', 'user_info_forbidden'],
    ['https://example.com./', 'host_malformed'],
    ['https://a..b/', 'host_malformed'],
    [`https://${'a'.repeat(64)}.example/`, 'host_malformed'],
    ['https://', 'url_malformed'],
    ['https:example.com', 'url_malformed'],
    ['https:///example.com', 'url_malformed'],
    ['https:\\\\example.com', 'url_malformed'],
    ['https://example.com\\@10.0.0.1/', 'url_malformed'],
    ['https://exa\nmple.com/', 'url_malformed'],
    [' https://example.com/', 'url_malformed'],
    ['https://example.com:0/', 'url_malformed'],
    ['https://example.com:99999/', 'url_malformed'],
    ['https://[::1/', 'url_malformed'],
    ['//example.com/', 'url_malformed'],
    ['example.com', 'url_malformed'],
    ['', 'url_malformed'],
    [`https://example.com/${'a'.repeat(1005)}`, 'url_too_long'],
  ])('%j is refused as %s', async (url, code) => {
    expect(await codeOf(guardOf(), url)).toBe(code);
  });

  test('inside CALLBACK_ALLOW plain http is accepted, for an address and for a name that leads there', async () => {
    const guard = guardOf('10.0.0.0/8');
    expect(await codeOf(guard, 'http://10.9.9.9:8090/callbacks')).toBe('none');
    expect(await codeOf(guard, 'https://10.9.9.9/')).toBe('none');
    expect(await codeOf(guard, 'http://inside.test/')).toBe('none');
    expect(await codeOf(guard, 'http://mixed.test/')).toBe('none');
    expect(await codeOf(guard, 'http://private.test/')).toBe('scheme_forbidden');
    expect(await codeOf(guard, 'http://unknown.test/')).toBe('scheme_forbidden');
    expect(await codeOf(guard, 'http://127.0.0.1/')).toBe('address_forbidden');
  });

  test('a name that is never resolved is refused after two seconds, not waited for', async () => {
    jest.useFakeTimers();
    try {
      const guard = createAddressGuard({ allowCidrs: ['10.0.0.0/8'], resolve: () => new Promise(() => {}) });
      const asked = codeOf(guard, 'http://tarpit.test/');
      await jest.advanceTimersByTimeAsync(2000);
      expect(await asked).toBe('scheme_forbidden');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('lookups for connections', () => {
  type Lookup = ReturnType<ReturnType<typeof guardOf>['lookupTo']>;
  const found = (lookup: Lookup, name: string, options: { all?: boolean; family?: number } = { all: true }) =>
    new Promise((done) => {
      lookup(name, options, (error, address) => done(error ?? address));
    });

  test('a connection is offered only the addresses that may be called', async () => {
    const guard = guardOf();
    expect(await found(guard.lookupTo(443, true), 'mixed.test')).toEqual(names['mixed.test']?.slice(1));
    expect(await found(guard.lookupTo(443, true), 'mixed.test', { family: 4 })).toBe('93.184.216.34');
    expect(await found(guard.lookupTo(443, true), 'private.test')).toBeInstanceOf(AddressForbidden);
    expect(await found(guardOf('10.0.0.0/8').lookupTo(80, false), 'mixed.test')).toEqual(
      names['mixed.test']?.slice(0, 1),
    );
    expect(await found(guard.lookupTo(80, false), 'public.test')).toBeInstanceOf(AddressForbidden);
    expect(await found(guard.lookupTo(443, true), 'unknown.test')).toMatchObject({ code: 'ENOTFOUND' });
  });

  test('lookups of one name at the same time share one question', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [{ address: '93.184.216.34', family: 4 }];
    };
    const guard = createAddressGuard({ allowCidrs: [], resolve });
    await Promise.all([found(guard.lookupTo(443, true), 'one.test'), found(guard.lookupTo(443, true), 'one.test')]);
    expect(asked).toBe(1);
    await found(guard.lookupTo(443, true), 'one.test');
    expect(asked).toBe(2);
  });

  test('an issuer whose names are slow has two looked up at once, and waits for itself alone; all test issuers are as one', async () => {
    const slow: { name: string; answer: () => void }[] = [];
    const address = [{ address: '93.184.216.34', family: 4 }];
    const resolve = (name: string) =>
      name.startsWith('slow')
        ? new Promise<LookupAddress[]>((done) => slow.push({ name, answer: () => done(address) }))
        : Promise.resolve(address);
    const guard = createAddressGuard({ allowCidrs: [], resolve });
    const lookups = (issuerId: string, name: string) => found(guard.of(issuerId).lookupTo(443, true), name);
    const ofAcme = [1, 2, 3, 4].map((n) => lookups('acme', `slow-${n}.test`));
    const ofTests = [5, 6, 7].map((n) => lookups(`test-${String(n).repeat(20)}`, `slow-${n}.test`));
    expect(await lookups('other', 'quick.test')).toEqual(address);
    expect(slow.map(({ name }) => name)).toEqual([1, 2, 5, 6].map((n) => `slow-${n}.test`));
    // A registration waits in the same turn as calls.
    jest.useFakeTimers();
    const registered = guard.of('acme').urlProblem('http://quick.test/');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await registered).toMatchObject({ code: 'scheme_forbidden' });
    jest.useRealTimers();
    while (slow.length > 0) {
      slow.shift()?.answer();
      await new Promise(setImmediate);
    }
    expect(await Promise.all([...ofAcme, ...ofTests])).toEqual(Array(7).fill(address));
  });

  test('what has waited for ten seconds behind slow names is not looked up any more, as nobody waits for it', async () => {
    let now = 0;
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const lookedUp = createLookups(
      (name) => {
        asked.push(name);
        return new Promise((done) => answers.push(() => done([])));
      },
      () => now,
    );
    const waiting = Array.from({ length: 258 }, (_, n) =>
      lookedUp(`slow-${n}.test`, 'acme').catch((error) => error.code),
    );
    expect(await lookedUp('one-more.test', 'acme').catch((error) => error.code)).toBe('LOOKUPS_BUSY');
    now = 10_001;
    for (const answer of answers) answer();
    const ended = await Promise.all(waiting);
    expect([ended.slice(0, 2), new Set(ended.slice(2))]).toEqual([[[], []], new Set(['LOOKUPS_BUSY'])]);
    expect(asked).toEqual(['slow-0.test', 'slow-1.test']);
  });
});
