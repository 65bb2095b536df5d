import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Where the laptop's pipeline keeps its state. `npm run clean` removes it. */
export interface DataFolder {
  readonly path: string;
  readonly kafka: string;
  readonly log: string;
  readonly seeds: string;
  /** The consumer's DuckDB file: the raw tables. */
  readonly landing: string;
  /** dbt's: staging, intermediate and marts. */
  readonly analytics: string;
  /** The marts of the newest build that went well, for readers. */
  readonly published: string;
}

/** `.data` of the repository, or `PIPELINE_DATA`. */
export function dataFolder(path: string = process.env.PIPELINE_DATA || join(root, '.data')): DataFolder {
  return {
    path,
    kafka: join(path, 'kafka'),
    log: join(path, 'demo.log'),
    seeds: join(path, 'seeds'),
    landing: join(path, 'landing.duckdb'),
    analytics: join(path, 'analytics.duckdb'),
    published: join(path, 'published.duckdb'),
  };
}
