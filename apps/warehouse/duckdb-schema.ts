import { type ColumnType, type RawTable, rawSchema, rawTables } from './tables.ts';

const duckDbTypes: Record<ColumnType, string> = {
  text: 'VARCHAR',
  json: 'JSON',
  timestamp: 'TIMESTAMP',
  integer: 'BIGINT',
};

/** Statements that create the raw schema and its tables where they are missing. */
export function createRawTables(): string[] {
  return [`CREATE SCHEMA IF NOT EXISTS ${rawSchema}`, ...rawTables.map(createTable)];
}

function createTable({ name, columns, primaryKey }: RawTable): string {
  const lines = columns.map(
    (column) => `"${column.name}" ${duckDbTypes[column.type]}${column.optional ? '' : ' NOT NULL'}`,
  );
  if (primaryKey) lines.push(`PRIMARY KEY (${primaryKey.join(', ')})`);
  return `CREATE TABLE IF NOT EXISTS ${rawSchema}.${name} (${lines.join(', ')})`;
}
