import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const repository = join(import.meta.dirname, '..', '..');
/** A clone in which nothing is installed, and a path on which only the tools of the test are. */
let clone: string;
let tools: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'doctor-test-'));
  tools = join(clone, 'tools');
  mkdirSync(tools);
  for (const file of ['scripts', 'apps/kafka', 'dbt/requirements.txt', 'package.json', 'package-lock.json']) {
    cpSync(join(repository, file), join(clone, file), { recursive: true });
  }
  symlinkSync(process.execPath, join(tools, 'node'));
  tool('npm', 'echo 11.0.0');
});
afterEach(() => rmSync(clone, { recursive: true }));

function tool(name: string, script: string): void {
  writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(tools, name), 0o755);
}

function run(...words: string[]) {
  // /bin/sh is needed for the tools of the test only, by its full path.
  const env = { PATH: [tools].join(delimiter), HOME: clone };
  const { status, stdout, stderr } = spawnSync(join(tools, 'node'), words, { cwd: clone, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const python = (minor: number, venv = 1) => `echo ${minor} 3 ${venv}`;
const java = (version: string) => `echo 'openjdk version "${version}"' >&2`;

test('everything there: the demo can run', () => {
  tool('python3', python(12));
  tool('java', java('17.0.15'));
  tool('mvn', 'echo Apache Maven 3.8.7');
  const { status, stdout } = run('scripts/doctor.mjs');
  expect(stdout).toMatch(/✓ Java .* Java 17/);
  expect(stdout).toContain('npm run demo can run.');
  expect(status).toBe(0);
});

test('each thing that is missing or too old is named with its fix', () => {
  tool('python3', python(9));
  tool('java', java('1.8.0_392'));
  const { status, stdout } = run('scripts/doctor.mjs');
  expect(stdout).toMatch(/✗ Python 3\.10 to 3\.13.*too old +Python 3\.9\n +→ /);
  expect(stdout).toMatch(/✗ Java .*too old +Java 8\n +→ /);
  expect(stdout).toMatch(/✗ Maven +missing +none\n +→ /);
  expect(stdout).toContain('3 to mend');
  expect(status).toBe(1);
});

test('a Python without venv, and one that is too new, are told apart', () => {
  tool('python3', python(11, 0));
  expect(run('scripts/doctor.mjs').stdout).toContain('Python 3.11 without venv');
  tool('python3', python(15));
  expect(run('scripts/doctor.mjs').stdout).toMatch(/too new +Python 3\.15/);
});

test('with a container engine that answers neither Java nor Maven is needed', () => {
  tool('python3', python(12));
  tool('docker', 'exit 0');
  const { status, stdout } = run('scripts/doctor.mjs');
  expect(stdout).toContain('docker answers');
  expect(status).toBe(0);
});

test('a docker command whose engine does not run is no engine', () => {
  tool('python3', python(12));
  tool('docker', 'test "$1" = compose');
  expect(run('scripts/doctor.mjs').stdout).toContain('no container engine answers, and no Java');
});

test('a command stops with only what is missing, on standard error, and installs nothing', () => {
  tool('npm', 'touch installed; echo 11.0.0');
  tool('docker', 'exit 0');
  const { status, stdout, stderr } = run('scripts/run.mjs', 'demo');
  expect(stderr).toMatch(/^✗ Python .*\n +→ .*\n\nnpm run doctor/);
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

test('an install that fails shows what it wrote, and the command does not run', () => {
  tool('npm', 'test "$1" = ci && echo "the registry is away" && exit 3; echo 11.0.0');
  const { status, stdout, stderr } = run('scripts/run.mjs', 'simulate');
  expect(stderr).toContain('✗ npm packages');
  expect(stderr).toContain('the registry is away');
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

test('a command that does not exist is named with those that do', () => {
  const { status, stderr } = run('scripts/run.mjs', 'dmeo');
  expect(stderr).toMatch(/^dmeo is not a command\. Known: demo, /);
  expect(status).toBe(2);
});
