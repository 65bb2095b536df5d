/**
 * What each command needs before it can run, and what is run then. The first commands after `git clone` are among them:
 * nothing here may need a package.
 *
 * - `npm`: `runtime` packages, or `all` with those for development
 * - `python`: the environment with dbt
 * - `fakesnow`: the environment with a Snowflake for tests
 * - `kafka`: what runs Kafka: `auto` (a container engine that answers, else Java), or `prefer java`, for tests, which start
 *   and kill many and are quicker so
 * - `run`: a program and its first arguments
 */
export const commands = {
  demo: { npm: 'runtime', python: true, kafka: 'auto', run: ['scripts/demo.ts'] },
  simulate: { npm: 'runtime', run: ['scripts/simulate.ts'] },
  kafka: { npm: 'runtime', kafka: 'auto', run: ['scripts/kafka.ts'] },
  clean: { npm: 'runtime', run: ['scripts/clean.ts'] },
  bench: { npm: 'runtime', python: true, kafka: 'prefer java', run: ['scripts/bench.ts'] },
  generate: { npm: 'all', run: ['scripts/generate.ts'] },
  test: {
    npm: 'all',
    python: true,
    fakesnow: true,
    kafka: 'prefer java',
    run: ['node_modules/vitest/vitest.mjs', 'run'],
  },
  'test:snowflake': {
    npm: 'all',
    fakesnow: true,
    run: ['node_modules/vitest/vitest.mjs', 'run', 'test/snowflake', 'test/warehouse'],
  },
};
