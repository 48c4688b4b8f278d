import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Secret, Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { isOfApiAlone, readConfig, readWorkerConfig } from '../../src/config';
import { projectFolder } from '../../src/dev/project-folder';

const kinds = { ConfigMap, Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, Secret, Service };

interface Manifest {
  readonly apiVersion: string;
  readonly kind: keyof typeof kinds;
  readonly metadata: { readonly name: string };
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into the kind that it knows
  readonly spec?: any;
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
}

interface Kustomization {
  readonly resources: string[];
  readonly configMapGenerator: { name: string; envs: string[] }[];
  readonly images: { name: string; newTag: string }[];
}

const read = (file: string) => readFileSync(join(projectFolder, 'deploy', 'kubernetes', file), 'utf8');
const documents = (file: string): Manifest[] =>
  parseAllDocuments(read(file)).map((document) => document.toJS() as Manifest);
const pairs = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

/** What kustomize makes of the base, but for the hash in a generated name. */
const { resources, configMapGenerator, images, ...others } = parse(read('kustomization.yaml')) as Kustomization;
const generated = configMapGenerator.map(
  ({ name, envs }): Manifest => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: Object.assign({}, ...envs.map((file) => pairs(read(file)))),
  }),
);
const base = [...resources.flatMap(documents), ...generated];
const secrets = documents('secret.example.yaml') as [Manifest, Manifest];
const deployments = base.filter(({ kind }) => kind === 'Deployment');
const named = (kind: string, name: string) => base.find((m) => m.kind === kind && m.metadata.name === name);

/** The schemas let unknown fields pass: a field that they never asked for is one that the cluster would drop. */
const askedOnly = (value: object, path: string, unasked: Map<string, Set<string>>): object => {
  const left = new Set(Object.keys(value));
  unasked.set(path, left);
  const kept = new Map<string, object>();
  return new Proxy(value, {
    get: (target, key) => {
      const field: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) return field;
      left.delete(key);
      if (typeof field !== 'object' || field === null) return field;
      const known = kept.get(key) ?? askedOnly(field, `${path}/${key}`, unasked);
      kept.set(key, known);
      return known;
    },
  });
};

const faultsOf = (manifest: Manifest): string[] => {
  const { apiVersion, kind, ...fields } = manifest;
  const Model = kinds[kind] as unknown as { apiVersion: string; new (data: object): { validate(): void } };
  if (Model.apiVersion !== apiVersion) return [`${kind} is of ${Model.apiVersion}, not ${apiVersion}`];
  const unasked = new Map<string, Set<string>>();
  try {
    (askedOnly(new Model(fields), kind, unasked) as { validate(): void }).validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unasked].flatMap(([path, left]) => [...left].map((key) => `${path}/${key} is no field`));
};

describe('the Kubernetes base', () => {
  test('uses nothing of kustomize that this test does not render', () => {
    expect(Object.keys(others).sort()).toEqual(['apiVersion', 'kind']);
  });

  test.each([...base, ...secrets].map((m) => [`${m.kind} ${m.metadata.name}`, m] as const))(
    '%s fits the schema of its kind',
    (_name, manifest) => expect(faultsOf(manifest)).toEqual([]),
  );

  test('a wrong type, a missing field and a misspelt one would be seen', () => {
    const broken = (change: (spec: Manifest['spec']) => void): string[] => {
      const copy = structuredClone(deployments[0] as Manifest);
      change(copy.spec);
      return faultsOf(copy);
    };
    expect(broken((spec) => (spec.revisionHistoryLimit = 'five'))).not.toEqual([]);
    expect(broken((spec) => delete spec.template)).not.toEqual([]);
    expect(broken((spec) => (spec.template.spec.terminationGracePeriod = 20))).toEqual([
      'Deployment/spec/template/spec/terminationGracePeriod is no field',
    ]);
  });

  test('settings and secret together are what api and worker read', () => {
    const filled = {
      MONGODB_URI: 'mongodb+srv://codeferry:x@db.example.com/codeferry',
      OPERATOR_TOKEN: 'a'.repeat(48),
      MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
    };
    const empty = Object.assign({}, ...secrets.map(({ stringData }) => stringData));
    expect(Object.keys(empty).sort()).toEqual(Object.keys(filled).sort());
    expect(Object.values(empty).filter((value) => value !== '')).toEqual([]);
    const [both, apiAlone] = secrets;
    expect(Object.keys(apiAlone.stringData ?? {}).every(isOfApiAlone)).toBe(true);
    expect(Object.keys(both.stringData ?? {}).some(isOfApiAlone)).toBe(false);
    for (const { metadata, spec } of deployments) {
      const isApi = metadata.name === 'codeferry-api';
      const [container] = spec.template.spec.containers;
      expect(container.envFrom).toEqual([
        { configMapRef: { name: generated[0]?.metadata.name } },
        ...(isApi ? secrets : [both]).map(({ metadata }) => ({ secretRef: { name: metadata.name } })),
      ]);
      const own = Object.fromEntries(container.env.map(({ name, value }: Record<string, string>) => [name, value]));
      const read = isApi ? readConfig : readWorkerConfig;
      expect(read({ ...generated[0]?.data, ...filled, ...own })).toMatchObject({ host: '0.0.0.0' });
      expect(() => read({ ...generated[0]?.data, ...empty, ...own })).toThrow(isApi ? 'OPERATOR_TOKEN' : 'MASTER_KEY');
    }
  });

  test('every pod runs as nobody special, on a disk that it cannot write', () => {
    for (const { spec } of deployments) {
      const pod = spec.template.spec;
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { cpu: expect.any(String), memory: expect.any(String) },
        });
      }
    }
  });

  test('each pod is given longer than its own drain takes', () => {
    const seconds = (file: string, pattern: RegExp): number =>
      Number(pattern.exec(readFileSync(join(projectFolder, file), 'utf8'))?.[1]?.replace('_', '')) / 1_000;
    const drains = {
      'codeferry-api': seconds('src/main.ts', /drainLimitMs = ([\d_]+)/) + 5,
      'codeferry-worker': Number(
        /shutdownForceTime: '(\d+) seconds'/.exec(
          readFileSync(join(projectFolder, 'worker/create-worker.ts'), 'utf8'),
        )?.[1],
      ),
    };
    for (const [name, drainSeconds] of Object.entries(drains)) {
      const grace = named('Deployment', name)?.spec.template.spec.terminationGracePeriodSeconds;
      expect([name, drainSeconds > 0 && grace >= drainSeconds + 5]).toEqual([name, true]);
    }
  });

  test('api pods join when all is reached, and stay while the engine is away', () => {
    const [api] = named('Deployment', 'codeferry-api')?.spec.template.spec.containers ?? [];
    expect(api.startupProbe.httpGet.path).toBe('/readyz');
    expect(api.readinessProbe.httpGet.path).toBe('/healthz');
    expect(api.livenessProbe.httpGet.path).toBe('/healthz');
  });

  test('selectors, ports and names meet', () => {
    for (const { metadata, spec } of deployments) {
      const label = { 'app.kubernetes.io/name': metadata.name };
      expect(spec.template.metadata.labels).toMatchObject(label);
      expect(spec.selector.matchLabels).toEqual(label);
      expect(named('PodDisruptionBudget', metadata.name)?.spec.selector.matchLabels).toEqual(label);
      expect(named('NetworkPolicy', metadata.name)?.spec.podSelector.matchLabels).toEqual(label);
      expect(named('HorizontalPodAutoscaler', metadata.name)?.spec.scaleTargetRef.name).toBe(metadata.name);
      const [container] = spec.template.spec.containers;
      expect(images.map(({ name }) => name)).toContain(container.image);
      const ports = container.ports.map(({ name }: { name: string }) => name);
      for (const { ports: rule } of named('NetworkPolicy', metadata.name)?.spec.ingress ?? []) {
        for (const { port } of rule) expect(ports).toContain(port);
      }
    }
    for (const [service, targetPort] of [
      ['codeferry-api', 'http'],
      ['codeferry-admin', 'admin'],
    ] as const) {
      expect(named('Service', service)?.spec).toMatchObject({
        selector: { 'app.kubernetes.io/name': 'codeferry-api' },
        ports: [{ targetPort }],
      });
    }
  });

  test('operators have a port of their own, which nobody reaches from anywhere', () => {
    const [{ ports }] = named('Deployment', 'codeferry-api')?.spec.template.spec.containers ?? [];
    const { containerPort } = ports.find(({ name }: { name: string }) => name === 'admin');
    expect(String(containerPort)).toBe(generated[0]?.data?.ADMIN_PORT);
    const rules = named('NetworkPolicy', 'codeferry-api')?.spec.ingress as { from?: object[]; ports: object[] }[];
    const open = rules.filter(({ from }) => from === undefined).flatMap((rule) => rule.ports);
    expect(open).toEqual([{ port: 'http' }]);
  });

  test('beside engine, database and collector the worker reaches public addresses only, the api those on 443 only', () => {
    const egress = (name: string) => named('NetworkPolicy', name)?.spec.egress;
    const state = [53, 53, 7233, 27017, 4318];
    expect(
      egress('codeferry-api').map((rule: Manifest['spec']) => rule.ports.map((p: Manifest['spec']) => p.port)),
    ).toEqual([state, [443]]);
    const [toState, toPublic] = egress('codeferry-worker');
    expect(toState.ports.map((p: Manifest['spec']) => p.port)).toEqual(state);
    expect(egress('codeferry-api')[1].to).toEqual(toPublic.to);
    expect(toPublic.to[0].ipBlock.except).toEqual(
      expect.arrayContaining([
        ...['10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
        ...['198.18.0.0/15', '168.63.129.16/32'],
      ]),
    );
  });
});
