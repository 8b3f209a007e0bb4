/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  // Much of a test is waiting for sockets: every core may have a worker.
  maxWorkers: '100%',
  // A worker keeps what its suites left; collecting gigabytes would hold up what runs in it.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 60_000,
};
