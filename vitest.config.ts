import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './test/counting-reporter.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.data/**', '.tools/**'],
    // Pipeline tests start real processes on two cores: more at once only makes each of them slower.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
