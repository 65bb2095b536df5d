import Table from 'cli-table3';

/** An empty table for the terminal; without colours where there is none. */
export function createTable(head: string[], colAligns: ('left' | 'right')[]): Table.Table {
  const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const style = process.stdout.isTTY ? { head: ['bold'], border: ['gray'] } : { head: [], border: [] };
  return new Table({ head, colAligns, chars, style });
}
