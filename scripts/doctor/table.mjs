const marks = { ok: '✓', note: '•' };

/** The rows as a table for people, each fix on a line of its own below what it mends. */
export function toTable(rows) {
  const cells = rows.map(({ name, state, found }) => [`${marks[state] ?? '✗'} ${name}`, state, found]);
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return rows
    .flatMap(({ state, fix }, index) => {
      const [name, label, found] = cells[index];
      const line = `${name.padEnd(widths[0])}  ${label.padEnd(widths[1])}  ${found}`;
      return state === 'ok' || !fix ? [line] : [line, `    → ${fix}`];
    })
    .join('\n');
}
