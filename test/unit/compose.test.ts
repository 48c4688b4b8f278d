import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { isOfApiAlone } from '../../src/config';
import { projectFolder } from '../../src/dev/project-folder';
import { searchAttributes } from '../../src/order-messages/order-attributes';

interface Service {
  image?: string;
  build?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
  restart?: string;
  logging?: unknown;
  mem_limit?: string;
  cpus?: number;
  pids_limit?: number;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
}

const read = (file: string) => readFileSync(join(projectFolder, file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const withTls = parse(read('deploy/tls/docker-compose.yml'), { merge: true }) as typeof compose;
const services = Object.entries(compose.services);
/** Further operators, and an OpenID provider: none is a fit default. */
const isEmptyByDefault = (value: string): boolean =>
  /^\$\{(OPERATOR_TOKENS|CODEC_SECRET|OIDC_CLIENT_SECRET|MAIL_DKIM_KEY|GOOGLE_WALLET_KEY|APPLE_WALLET_KEY|SMS_GATEWAY_TOKEN|TERMINAL_RECEIPT_SECRET):-\}$/.test(
    value,
  );
const secretName = /PASSWORD|PWD|TOKEN|SECRET|KEY$|KEY_/;

describe('docker-compose.yml', () => {
  test.each([
    ['docker-compose.yml', compose],
    ['deploy/tls/docker-compose.yml', withTls],
  ])('%s is a valid Compose file', (_file, parsed) => {
    const schemaFile = join(dirname(require.resolve('dclint/package.json')), 'schemas', 'compose.schema.json');
    const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addFormat('duration', true);
    const validate = ajv.compile(schema);
    validate(parsed);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('has every part of the production shape', () => {
    const images = services.map(([name, { image }]) => `${name} ${image?.split(':')[0]}`).sort();
    expect(images).toEqual([
      'api codeferry',
      'mongo mongo',
      'mongo-init mongo',
      'postgres postgres',
      'temporal temporalio/server',
      'temporal-namespace temporalio/admin-tools',
      'temporal-schema temporalio/admin-tools',
      'temporal-ui temporalio/ui',
      'worker codeferry',
    ]);
  });

  test('every image has a fixed version', () => {
    for (const [, { image, build }] of services) {
      if (build === undefined) expect(image).toMatch(/:\d+\.\d+/);
    }
  });

  test('no secret has a default or is written down', () => {
    for (const [, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment).filter(([name]) => secretName.test(name))) {
        if (isEmptyByDefault(value)) continue;
        expect(`${name}=${value}`).toMatch(/^\w+=\$\{\w+:\?[^}]+\}$/);
      }
      for (const value of Object.values(environment)) {
        if (isEmptyByDefault(value)) continue;
        for (const [, name, rest] of value.matchAll(/\$\{(\w+)([^}]*)\}/g)) {
          if (secretName.test(name ?? '')) expect(rest).toMatch(/^:\?./);
        }
      }
    }
  });

  test('everything is published on the loopback address only', () => {
    for (const [, { ports = [] }] of services) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  test('every service waits only for what exists and can tell that it is ready', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service = compose.services[needed];
        expect(Object.keys(compose.services)).toContain(needed);
        if (condition === 'service_healthy')
          expect(service).toMatchObject({ healthcheck: { test: expect.anything() } });
        else expect([condition, service?.restart]).toEqual(['service_completed_successfully', 'on-failure:5']);
      }
    }
  });

  test('every service restarts, and its log, memory, cores and processes have a limit', () => {
    for (const [, { restart, logging, mem_limit, cpus, pids_limit }] of services) {
      expect([mem_limit, cpus, pids_limit]).toEqual([
        expect.stringMatching(/^\d+g$/),
        expect.any(Number),
        expect.any(Number),
      ]);
      expect(restart).toMatch(/^(unless-stopped|on-failure:\d+)$/);
      expect(logging).toMatchObject({ options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } });
    }
  });

  test('no service gains privileges; only those that change their user keep what that takes', () => {
    for (const [name, { cap_drop, cap_add = [], security_opt }] of services) {
      expect([name, cap_drop, security_opt]).toEqual([name, ['ALL'], ['no-new-privileges:true']]);
      const kept = ['postgres', 'mongo'].includes(name) ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] : [];
      expect([name, cap_add]).toEqual([name, kept]);
    }
  });

  test('api and worker each get the secrets that they read, and no others', () => {
    const secretsOf = (name: string) =>
      Object.keys(compose.services[name]?.environment ?? {}).filter((key) => secretName.test(key) || isOfApiAlone(key));
    expect(secretsOf('worker').sort()).toEqual(['MAIL_DKIM_KEY', 'MASTER_KEY', 'SMS_GATEWAY_TOKEN']);
    expect(secretsOf('api')).toEqual(expect.arrayContaining(['MASTER_KEY', 'OPERATOR_TOKEN', 'OIDC_CLIENT_SECRET']));
    for (const name of ['MAIL_DKIM_KEY', 'SMS_GATEWAY_TOKEN', 'EGRESS_PROXY', 'ALERT_SMTP_URL'])
      expect(Object.keys(compose.services.api?.environment ?? {})).not.toContain(name);
  });

  test('api and worker start only when engine, namespace and database are set up', () => {
    for (const name of ['api', 'worker']) {
      expect(compose.services[name]?.depends_on).toEqual({
        'mongo-init': { condition: 'service_completed_successfully' },
        'temporal-namespace': { condition: 'service_completed_successfully' },
      });
    }
  });

  test('closed orders are kept for 30 days and issuers are served fairly', () => {
    expect(compose.services['temporal-namespace']?.environment?.RETENTION).toBe(`${30 * 24}h`);
    expect(parse(read('deploy/temporal-dynamic-config.yaml'))).toEqual({
      'matching.enableFairness': [{ value: true }],
      'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': [{ value: 2 }],
    });
    const registered = [...read('deploy/temporal-namespace.sh').matchAll(/--name (\w+) --type (\w+)/g)];
    expect(registered.map(([, name, type]) => `${name} ${type?.toUpperCase()}`)).toEqual(
      searchAttributes.map(({ name, type }) => `${name} ${type}`),
    );
  });

  test('operators have a port of their own, where Prometheus reads; the Temporal UI has nothing decoded unless told', () => {
    const { ADMIN_PORT, ADMIN_URL } = compose.services.api?.environment ?? {};
    expect(compose.services.api?.ports).toContain(`127.0.0.1:\${ADMIN_PORT:-${ADMIN_PORT}}:${ADMIN_PORT}`);
    expect(ADMIN_URL).toBe(`\${ADMIN_URL:-http://127.0.0.1:${ADMIN_PORT}}`);
    expect(compose.services['temporal-ui']?.environment?.TEMPORAL_CODEC_ENDPOINT).toBe(`\${TEMPORAL_CODEC_ENDPOINT:-}`);
    expect(read('deploy/prometheus/prometheus.yaml')).toContain(`names: [api], type: A, port: ${ADMIN_PORT}`);
    expect(read('Dockerfile')).toContain(`EXPOSE 8080 ${ADMIN_PORT}`);
  });

  test('the console links to the Temporal UI where compose publishes it', () => {
    const [published] = compose.services['temporal-ui']?.ports ?? [];
    const [host, port] = published?.split(':') ?? [];
    expect(compose.services.api?.environment?.TEMPORAL_UI_URL).toBe(`\${TEMPORAL_UI_URL:-http://${host}:${port}}`);
  });

  test('every script that is mounted exists', () => {
    const scripts = services.flatMap(([, { command = [], entrypoint = [] }]) => [...command, ...entrypoint]);
    for (const path of scripts.filter((word) => word.startsWith('/deploy/')))
      expect(read(path.slice(1))).toMatch(/^#!/);
  });

  test('.env.example names every variable that it needs, without values for secrets', () => {
    const named = new Map(
      [...read('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value] as const),
    );
    for (const [, name] of read('docker-compose.yml').matchAll(/\$\{(\w+):\?/g)) {
      expect([name, named.get(name)]).toEqual([name, '']);
    }
  });
});

describe('deploy/tls', () => {
  test('gives every part an authority, and names no certificate that is not made', () => {
    expect(Object.keys(withTls.services).sort()).toEqual(Object.keys(compose.services).sort());
    const script = read('deploy/tls/make-certificates.sh');
    const made = /^for name in (.+); do$/m.exec(script)?.[1]?.split(' ') ?? [];
    const files = ['ca.pem', ...made.flatMap((name) => [`${name}.pem`, `${name}.key`, `${name}-both.pem`])];
    for (const [name, { volumes = [] }] of Object.entries(withTls.services)) {
      const mounted = volumes.map((volume) => volume.split(':'));
      for (const [from, , mode] of mounted) {
        expect([name, mode]).toEqual([name, 'ro']);
        if (from?.startsWith('./deploy/tls/certificates/')) expect(files).toContain(from.split('/').at(-1));
        else expect(read(String(from))).toMatch(/^#!/);
      }
    }
    expect(read('.gitignore')).toContain('deploy/tls/certificates/');
  });

  test('api and worker are given the settings of TLS that they read, and the URI of MongoDB otherwise as it is', () => {
    for (const name of ['api', 'worker']) {
      const environment = withTls.services[name]?.environment ?? {};
      const plain = compose.services[name]?.environment?.MONGODB_URI;
      expect(environment.MONGODB_URI).toBe(`${plain}&tls=true&tlsCAFile=/tls/ca.pem`);
      for (const setting of Object.keys(environment)) expect(read('src/config.ts')).toContain(`    ${setting}: `);
    }
  });
});

test('continuous integration runs each action at one commit', () => {
  const uses = [...read('.github/workflows/ci.yml').matchAll(/uses: (\S+)/g)].map(([, action]) => action);
  expect(uses.length).toBeGreaterThan(0);
  for (const action of uses) expect(action).toMatch(/@[0-9a-f]{40}$/);
});

describe('Dockerfile', () => {
  test('runs as an ordinary user, on the files that the build made', () => {
    const last =
      read('Dockerfile')
        .split(/^FROM /m)
        .at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    expect(last).not.toMatch(/npm (ci|install)/);
  });

  test('copies only what .dockerignore lets through', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name]) => name);
    const sources = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      (names ?? '').split(' '),
    );
    for (const source of sources) expect(allowed).toContain(source.replace(/^\.\//, ''));
  });
});
