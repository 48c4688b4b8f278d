// The import rules of ARCHITECTURE.md, as a table: folder -> what it may import besides itself.
// `npm run boundaries` and the test command check it.
const folders = {
  'src/bounded': { local: [], packages: ['lru-cache'] },
  'src/domain': { local: [], packages: [] },
  'src/given-keys': { local: [], packages: [] },
  'src/contract': {
    local: ['src/domain', 'src/given-keys', 'src/channels/terminals'],
    packages: ['zod', 'jsonc-parser'],
  },
  'src/signing': { local: [], packages: [] },
  'src/sealing': { local: [], packages: ['@temporalio/common', '@temporalio/proto'] },
  'src/store': { local: ['src/domain'], packages: ['lru-cache', 'mongodb', 'zod'] },
  'src/branding': { local: ['src/sealing'], packages: [] },
  'src/outbound': {
    local: ['src/bounded', 'src/domain', 'src/given-keys', 'src/signing', 'src/tracing/tracing'],
    packages: ['lru-cache', 'ipaddr.js'],
  },
  'src/mail': { local: [], packages: ['nodemailer', 'zod'] },
  'src/order-messages': { local: ['src/domain'], packages: ['@temporalio/workflow', '@temporalio/common'] },
  'src/temporal': {
    local: ['src/bounded', 'src/domain', 'src/tracing/tracing', 'src/order-messages'],
    packages: ['@temporalio/client', '@temporalio/common', '@temporalio/proto'],
  },
  'src/metrics': { local: ['src/bounded', 'src/domain', 'src/store', 'src/temporal'], packages: ['prom-client'] },
  'src/tracing': {
    local: ['src/bounded'],
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace-node',
      '@opentelemetry/exporter-trace-otlp-http',
    ],
  },
  'src/first-interface': {
    local: ['src/bounded', 'src/domain', 'src/contract', 'src/store', 'src/sealing'],
    packages: [],
  },
  'src/second-interface': {
    local: [
      'src/bounded/row-reader',
      'src/domain',
      'src/contract',
      'src/channels/terminals',
      'src/channels/kept-terminal',
      'src/channels/open-codes',
      'src/store',
      'src/sealing',
      'src/temporal',
      'src/order-messages',
    ],
    packages: ['zod'],
  },
  'src/conformance': {
    local: [
      'src/bounded',
      'src/domain',
      'src/contract',
      'src/store',
      'src/signing',
      'src/sealing',
      'src/outbound',
      'src/first-interface',
      'src/second-interface',
    ],
    packages: ['zod'],
  },
  'src/overload': {
    local: ['src/bounded', 'src/domain', 'src/store', 'src/temporal', 'src/second-interface'],
    packages: ['lru-cache', 'express', 'pino', 'prom-client'],
  },
  'src/operator': {
    local: [
      'src/bounded',
      'src/domain',
      'src/contract',
      'src/channels/terminals',
      'src/channels/parts',
      'src/store',
      'src/sealing',
      'src/temporal',
      'src/first-interface',
      'src/second-interface',
      'src/metrics',
    ],
    packages: ['pino', 'prom-client'],
  },
  'src/sandbox': {
    local: [
      'src/bounded',
      'src/domain',
      'src/contract',
      'src/store',
      'src/sealing',
      'src/branding',
      'src/channels',
      'src/overload',
      'src/outbound/schedule',
      'src/second-interface',
    ],
    packages: [],
  },
  'src/docs-site': { local: ['src/contract', 'src/domain'], packages: ['marked'] },
  'src/api': {
    local: [
      'src/sandbox',
      'src/conformance',
      'src/bounded',
      'src/domain',
      'src/given-keys',
      'src/contract',
      'src/store',
      'src/sealing',
      'src/signing',
      'src/temporal',
      'src/first-interface',
      'src/second-interface',
      'src/branding',
      'src/channels',
      'src/metrics',
      'src/operator',
      'src/overload',
      'src/tracing/tracing',
      'src/outbound/address-guard',
    ],
    packages: ['lru-cache', 'express', 'helmet', 'zod', 'bwip-js', 'pino', 'prom-client', 'openid-client', 'jose'],
  },
  'src/channels': {
    local: [
      'src/branding',
      'src/bounded',
      'src/domain',
      'src/given-keys',
      'src/outbound',
      'src/mail',
      'src/contract',
      'src/sealing',
      'src/signing',
    ],
    packages: ['passkit-generator', 'zod', 'bwip-js', 'pdfkit', 'bidi-js', 'libphonenumber-js'],
  },
  'packages/issuer': { local: ['src/signing'], packages: [] },
  'src/simulator': { local: ['packages/issuer'], packages: ['lru-cache', 'smtp-server', 'postal-mime'] },
  'src/cli': {
    local: [
      'src/bounded',
      'src/domain',
      'src/contract',
      'packages/issuer',
      'src/signing',
      'src/conformance',
      'src/outbound',
    ],
    packages: ['commander', 'zod', 'lru-cache', '@modelcontextprotocol/server'],
  },
  'src/pages-kit': { local: ['src/domain'], types: ['src/contract'], packages: [] },
  'src/portal': { local: ['src/domain', 'src/pages-kit'], types: ['src/contract'], packages: [] },
  'src/console': {
    local: ['src/domain', 'src/pages-kit'],
    types: ['src/contract', 'src/operator'],
    packages: ['uplot'],
  },
  workflows: { local: ['src/domain', 'src/order-messages'], packages: ['@temporalio/workflow', '@temporalio/common'] },
  activities: {
    local: [
      'src/sandbox',
      'src/conformance',
      'src/bounded',
      'src/domain',
      'src/contract',
      'src/store',
      'src/outbound',
      'src/mail',
      'src/sealing',
      'src/branding',
      'src/channels',
      'src/first-interface',
      'src/second-interface',
      'src/temporal',
      'src/metrics',
    ],
    packages: ['@temporalio/activity', '@temporalio/common', '@temporalio/client', 'pino'],
  },
};

const pattern = (path) => `${path.replaceAll('.', '\\.')}(/|\\.ts$|$)`;
const anyOf = (paths) => `^(${paths.map(pattern).join('|')})`;
const npmTypes = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];
const roots = '^(src/main\\.ts|src/dev/.*|src/simulator/main\\.ts|src/cli/main\\.ts|worker/main\\.ts)$';

const folderRules = Object.entries(folders).flatMap(([folder, { local, types = [], packages }]) => [
  {
    name: `${folder}-imports`,
    comment: `${folder} may import ${[folder, ...local, ...types.map((name) => `${name} (types)`)].join(', ')}`,
    severity: 'error',
    from: { path: anyOf([folder]) },
    to: {
      path: '^(src|packages|workflows|activities|worker|test|bench)/',
      pathNot: anyOf([folder, ...local, ...types]),
      // The workflows know the activities' types, never their code.
      ...(folder === 'workflows' ? { dependencyTypesNot: ['type-only'] } : {}),
    },
  },
  ...(types.length === 0
    ? []
    : [
        {
          name: `${folder}-types`,
          comment: `of ${types.join(', ')} only types: their code is not for ${folder}`,
          severity: 'error',
          from: { path: anyOf([folder]) },
          to: { path: anyOf(types), dependencyTypesNot: ['type-only'] },
        },
      ]),
  {
    name: `${folder}-packages`,
    comment: `${folder} may use the packages ${packages.join(', ') || '(none)'}`,
    severity: 'error',
    from: { path: anyOf([folder]) },
    to: {
      dependencyTypes: npmTypes,
      ...(packages.length > 0 ? { pathNot: `node_modules/(${packages.join('|')})/` } : {}),
    },
  },
]);

module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: 'terminals-are-declared-apart',
      comment: 'the contract reads what a terminal looks like, and nothing of how a channel delivers',
      severity: 'error',
      from: { path: '^src/channels/(terminals|declare-terminal|[^/]+/terminal)\\.ts$' },
      to: {
        pathNot: '^(src/(domain|contract/fields|signing/keys|channels/(declare-terminal|[^/]+/terminal))|node_modules)',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'workflow-types-only',
      comment: 'the one thing a workflow may know of an activity is its type',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^(src|worker|test)/', pathNot: '^src/(domain|order-messages)/', dependencyTypes: ['type-only'] },
    },
    {
      name: 'workflow-core-modules',
      comment: 'a workflow has no clock, no disk and no network of its own',
      severity: 'error',
      from: { path: ['^workflows/', '^src/domain/', '^src/order-messages/'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'neither by values nor by types in the product; by values elsewhere',
      from: { path: '^(src|packages|workflows|activities|worker)/' },
      to: { circular: true },
    },
    {
      name: 'no-cycles-elsewhere',
      severity: 'error',
      from: { path: '^(test|bench)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'roots-are-imported-by-none',
      severity: 'error',
      from: { pathNot: ['^src/dev/', '^test/', '^bench/'] },
      to: { path: roots },
    },
    {
      name: 'config-is-read-in-roots-only',
      comment: 'everything else gets its settings as values',
      severity: 'error',
      from: { path: '^(src|packages|workflows|activities|worker)/', pathNot: roots },
      to: { path: '^src/config\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'production-code-needs-no-dev-packages',
      severity: 'error',
      from: { path: '^(src|packages|workflows|activities|worker)/', pathNot: '^src/(dev|docs-site)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tests-are-imported-by-none',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { pathNot: '^bench/peers/[^/]+\\.mjs$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.data)/' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
