const { chromiumPath } = require('./scripts/chromium.cjs');

// `npm test` and a plain `npx jest` both read this; the servers of the run are started by the global setup.
const swc = (syntax) => ({
  swcrc: false,
  jsc: { target: 'es2022', parser: { syntax }, keepClassNames: true },
  module: { type: 'commonjs' },
});

module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', ...(chromiumPath ? ['<rootDir>/test/browser/*.browser.ts'] : [])],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/', '<rootDir>/.data/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc('typescript')],
    // It loads `http` by an `import()`, which jest knows only in what it has transformed.
    'otlp-exporter-base/.+\\.js$': ['@swc/jest', swc('ecmascript')],
    // ES modules only.
    'node_modules/(openid-client|oauth4webapi|jose|happy-dom|entities|whatwg-mimetype)/.+\\.js$': [
      '@swc/jest',
      swc('ecmascript'),
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@opentelemetry/otlp-exporter-base|openid-client|oauth4webapi|jose|happy-dom|entities|whatwg-mimetype)/)',
  ],
  globalSetup: '<rootDir>/test/support/embedded-global.ts',
  globalTeardown: '<rootDir>/test/support/embedded-global-end.ts',
  testTimeout: 120_000,
  // A third one on two cores, beside a compiler at work in another, makes the platform answer 503.
  maxWorkers: 2,
  // Each file leaves what prom-client and others hold for the life of a process: a worker near the end of its heap is slow.
  workerIdleMemoryLimit: '1GB',
  cacheDirectory: '<rootDir>/.data/cache/jest',
};
