/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: 60_000,
  // An engine for Docker that test files share, where this machine runs none.
  globalSetup: '<rootDir>/test/fixtures/docker/session-begin.mjs',
  globalTeardown: '<rootDir>/test/fixtures/docker/session-end.mjs',
  // Two cores: most of the time is spent waiting for servers.
  maxWorkers: 2,
};
