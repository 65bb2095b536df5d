// Built-ins only: `scripts/doctor.mjs` asks before a package is installed.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';

/** Whether nothing listens there, neither on 127.0.0.1 nor on all addresses: macOS would let both stand side by side. */
export async function isFree(port) {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'));
}

/** Who listens on a port, as far as this system tells: `java (process 4711)`, or `another process`. */
export function whoListens(port) {
  const byLsof = /^p(\d+)\nc(.+)$/m.exec(output('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']));
  if (byLsof) return `${byLsof[2]} (process ${byLsof[1]})`;
  const bySs = /users:\(\("([^"]+)",pid=(\d+)/.exec(output('ss', ['-Hltnp', `sport = :${port}`]));
  if (bySs) return `${bySs[1]} (process ${bySs[2]})`;
  return 'another process';
}

function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function output(command, options) {
  try {
    return execFileSync(command, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 });
  } catch {
    return '';
  }
}
