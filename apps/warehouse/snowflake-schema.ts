import { type ColumnType, type RawTable, rawSchema } from './tables.ts';

const snowflakeTypes: Record<ColumnType, string> = {
  text: 'VARCHAR',
  json: 'VARIANT',
  timestamp: 'TIMESTAMP_NTZ(6)',
  integer: 'NUMBER(38, 0)',
};

/** A name as Snowflake keeps it: all names here are upper case, and quoted, so that `timestamp` is one too. */
export function quoted(name: string): string {
  return `"${name.toUpperCase().replaceAll('"', '""')}"`;
}

/** The full name of the raw schema. */
export function schemaName(database: string): string {
  return `${quoted(database)}.${quoted(rawSchema)}`;
}

/** The full name of a raw table. */
export function tableName(database: string, table: RawTable): string {
  return `${schemaName(database)}.${quoted(table.name)}`;
}

/** The columns of a raw table, for an INSERT. */
export function columnNames(table: RawTable): string {
  return table.columns.map(({ name }) => quoted(name)).join(', ');
}

/** The statement that creates a raw table. Without its key: Snowflake enforces none, and one that isn't enforced is a lie. */
export function createTable(database: string, table: RawTable): string {
  const lines = table.columns.map(
    ({ name, type, optional }) => `${quoted(name)} ${snowflakeTypes[type]}${optional ? '' : ' NOT NULL'}`,
  );
  return `CREATE TABLE IF NOT EXISTS ${tableName(database, table)} (${lines.join(', ')})`;
}
