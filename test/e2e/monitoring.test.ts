import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectFolder } from '../../src/dev/project-folder';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** Its types are of an ES module only, its code is of both. */
interface PromQl {
  readonly parser: {
    parse(query: string): { iterate(spec: { enter(node: { type: { isError: boolean }; from: number }): void }): void };
  };
}
const { parser }: PromQl = require('@prometheus-io/lezer-promql');

const file = platformOfFile();
let terminal: TestTerminal;

beforeAll(async () => {
  terminal = await startTerminal();
});

afterAll(() => terminal.stop());

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const read = (name: string): string => readFileSync(join(projectFolder, name), 'utf8');
const rules = (parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const panels = (JSON.parse(read('deploy/grafana/codeferry.json')) as { panels: Panel[] }).panels;
const asked = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
].map(([where, expr]) => [where, expr.replaceAll('$__rate_interval', '1m')] as const);

const metricNames = (page: string): Set<string> =>
  new Set(page.split('\n').flatMap((line) => /^(?:# TYPE )?([a-z]\w*)/.exec(line)?.slice(1) ?? []));

const namesIn = (expr: string): string[] => [...new Set(expr.match(/\b(?:codeferry|temporal)_\w+/g) ?? [])];

/** What a page without a histogram's observations does not show yet: its parts. */
const base = (name: string): string => name.replace(/_(bucket|count|sum)$/, '');

test.each(asked)('the query of "%s" is well formed', (_where, expr) => {
  const errors: number[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from }) => {
      if (type.isError) errors.push(from);
    },
  });
  expect(errors).toEqual([]);
});

test('each metric that an alert or a panel names is on a page of a running platform', async () => {
  terminal.answer('/monitored', () => 500);
  const { platform } = file;
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url: terminal.urlOf('/monitored') } });
  await issuer.placeVerified('monitored-1');
  await issuer.submit('monitored-1', [{ itemId: 'a', value: 'MONITORED-CODE' }]);
  // A workflow task fails where nobody knows the workflow's type, and a pass of the reconciler sets its age.
  const unknown = { workflowId: `unknown-${platform.taskQueue}`, taskQueue: platform.taskQueue };
  const handle = await platform.client.workflow.start('workflowThatNobodyKnows', unknown);
  const wanted = new Set(asked.flatMap(([, expr]) => namesIn(expr)));
  expect(wanted.size).toBeGreaterThanOrEqual(20);
  try {
    await until('every metric', async () => {
      const pages = `${await (await fetch(`${platform.baseUrl}/metrics`)).text()}\n${await platform.workerMetrics()}`;
      const known = metricNames(pages);
      return [...wanted].every((name) => known.has(name) || known.has(base(name)));
    }).catch(async () => {
      const pages = `${await (await fetch(`${platform.baseUrl}/metrics`)).text()}\n${await platform.workerMetrics()}`;
      const known = metricNames(pages);
      expect([...wanted].filter((name) => !known.has(name) && !known.has(base(name)))).toEqual([]);
    });
  } finally {
    await handle.terminate();
  }
});

test('every metric of the platform says what it counts in a help line of its own', async () => {
  const { platform } = file;
  const pages = `${await (await fetch(`${platform.baseUrl}/metrics`)).text()}\n${await platform.workerMetrics()}`;
  const own = [...pages.matchAll(/^# TYPE (codeferry_\w+) /gm)].map(([, name = '']) => name);
  const told = [...pages.matchAll(/^# HELP (codeferry_\w+) .{10,}$/gm)].map(([, name = '']) => name);
  expect(new Set(own).size).toBeGreaterThan(25);
  expect([...new Set(own)].filter((name) => !told.includes(name))).toEqual([]);
});

test('every alert says how bad it is and for how long, what it means and what to do', () => {
  for (const rule of rules) {
    expect(rule.for).toMatch(/^\d+m$/);
    expect(rule.labels.severity).toMatch(/^(info|warning|critical)$/);
    expect(rule.annotations.summary.length).toBeGreaterThan(10);
    expect(rule.annotations.description).toMatch(/^[A-Z].+\. What to do: .+[.?]$/);
  }
});

test('Prometheus reads every part that has metrics, and the rules beside its own settings', () => {
  const settings = parse(read('deploy/prometheus/prometheus.yaml'));
  expect(settings.rule_files).toEqual(['alerts.yaml']);
  const jobs = settings.scrape_configs.map(({ job_name }: { job_name: string }) => job_name);
  expect(jobs).toEqual(['codeferry-api', 'codeferry-worker', 'temporal']);
  const named = asked.flatMap(([, expr]) => [...expr.matchAll(/job="([^"]+)"/g)].map(([, job]) => job));
  for (const job of named) expect(jobs).toContain(job);
  const compose = parse(read('docker-compose.yml'), { merge: true });
  expect(compose.services.worker.environment.WORKER_METRICS_PORT).toBe('9464');
  expect(compose.services.temporal.environment.PROMETHEUS_ENDPOINT).toBe('0.0.0.0:9090');
});

test('no two panels of the dashboard lie on each other', () => {
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});
