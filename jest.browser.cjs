// `npm run test:browser`: the console in a real Chromium. Apart from `npm test`, which needs no browser on the machine.
module.exports = { ...require('./jest.config.cjs'), testMatch: ['<rootDir>/test/browser/*.browser.ts'], maxWorkers: 1 };
