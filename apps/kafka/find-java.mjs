// Built-ins only: `scripts/run.mjs` asks before a package is installed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The oldest Java that runs Kafka 3.9; tried up to 25. */
export const oldestJava = 11;

/** Homebrew keeps its Java off the path. */
const homebrew = ['/opt/homebrew/opt/openjdk/bin/java', '/usr/local/opt/openjdk/bin/java'];

/** The Java of JAVA_HOME, else the one on the path, else Homebrew's. */
export function findJava(environment = process.env) {
  const candidates = environment.JAVA_HOME ? [join(environment.JAVA_HOME, 'bin', 'java')] : ['java', ...homebrew];
  for (const command of candidates) {
    const { status, stderr } = spawnSync(command, ['-version'], {
      encoding: 'utf8',
      env: environment,
      timeout: 20_000,
    });
    const version = readJavaVersion(stderr ?? '');
    // macOS has a `java` that only says where to get one: it fails.
    if (status === 0 && version !== undefined) return { command, version };
  }
  return undefined;
}

/** The major version that `java -version` reports: 17 for `17.0.15`, 8 for `1.8.0_392`. */
export function readJavaVersion(report) {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(report) ?? [];
  if (first === undefined) return undefined;
  return Number(first === '1' ? second : first);
}
