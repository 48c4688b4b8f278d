const { existsSync } = require('node:fs');

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

// Undefined: the tests of test/browser are left out of a run, which says so. There is no download.
exports.chromiumPath = places.find((path) => path !== undefined && path !== '' && existsSync(path));
// Jest's workers have what its configuration sets.
if (exports.chromiumPath) process.env.CHROMIUM_PATH = exports.chromiumPath;
