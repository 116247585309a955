// Jest runs the compiled tests in build/ as they are: no transform, real ES modules, the same code path as production.

const inTests = (...places) => places.map((place) => `<rootDir>/build/test/${place}/**/*.spec.js`);
const logTests = 'unit/storage/log';

const groups = {
  all: { testMatch: ['<rootDir>/build/test/**/*.spec.js'] },
  'append-log': { testMatch: inTests(logTests, 'crash') },
  storage: {
    testMatch: inTests('unit/storage', 'unit/compaction', 'contract', 'fixtures'),
    testPathIgnorePatterns: [`<rootDir>/build/test/${logTests}/`],
  },
};

const group = process.env.TEST_GROUP ?? 'all';
if (!Object.hasOwn(groups, group)) {
  throw new Error(`TEST_GROUP is ${group}; it must be one of ${Object.keys(groups).join(', ')}`);
}

export default {
  ...groups[group],
  roots: ['<rootDir>/build'],
  testEnvironment: 'node',
  transform: {},
  injectGlobals: false,
  maxWorkers: 2,
  // Modules of a suite that is over stay in memory: a worker with hundreds of them behind it is busy collecting garbage.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
  coverageProvider: 'v8',
  coverageDirectory: '<rootDir>/coverage',
  collectCoverageFrom: ['<rootDir>/build/src/**/*.js'],
};
