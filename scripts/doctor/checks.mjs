import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { totalmem } from 'node:os';
import { findContainerEngine } from '../../apps/kafka/find-engine.mjs';
import { findJava, oldestJava } from '../../apps/kafka/find-java.mjs';
import { isFree, whoListens } from '../../apps/kafka/listeners.mjs';
import { kafkaJarsAreReady } from '../setup/kafka-jars.mjs';
import { npmInstall } from '../setup/npm-packages.mjs';
import { findPython, hasUv, newestPython, pythonEnvironments, pythonIsReady } from '../setup/python.mjs';
import { howToInstall } from './how-to-install.mjs';

const gigabyte = 1024 ** 3;
const oldestNode = [20, 19];

/**
 * What the demo needs, by name: each looks at one thing and gives rows `{ name, state, found, fix }`. States: `ok`,
 * `note` (the demo runs all the same), `missing`, `too old`, `too new`, `too little`. Those of `demo` are the doctor's.
 */
export const checks = {
  system: { demo: true, run: () => [checkSystem()] },
  node: { demo: true, run: () => [checkNode()] },
  npm: { demo: true, run: () => [checkNpm()] },
  kafka: { demo: true, run: (root) => checkKafka(root) },
  java: { demo: false, run: () => [checkJava(), checkMaven()] },
  python: { demo: true, run: (root) => [checkPython(root)] },
  fakesnow: { demo: false, run: (root) => [checkPython(root, process.env, 'fakesnow')] },
  disk: { demo: true, run: (root) => [checkDisk(root)] },
  memory: { demo: true, run: () => [checkMemory()] },
  ports: { demo: true, run: () => Promise.all([checkPort('Kafka', 9092), checkPort('ZooKeeper', 2181)]) },
};

/** Whether Maven is there and answers. */
export function hasMaven(environment = process.env) {
  return mavenVersion(environment) !== undefined;
}

/** The operating system: Linux or macOS. */
export function checkSystem(platform = process.platform) {
  const name = 'System';
  if (platform !== 'win32') return { name, state: 'ok', found: platform };
  return {
    name,
    state: 'missing',
    found: 'Windows',
    fix: 'Use it in WSL: https://learn.microsoft.com/windows/wsl/install',
  };
}

/** Node itself. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const name = `Node ${oldestNode.join('.')} or newer`;
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]))
    return { name, state: 'ok', found: version };
  return { name, state: 'too old', found: version, fix: howToInstall('node') };
}

/** npm. */
export function checkNpm() {
  const version = firstLine('npm', ['--version']);
  if (version) return { name: 'npm', state: 'ok', found: version };
  return { name: 'npm', state: 'missing', found: 'none', fix: howToInstall('node') };
}

/** What can run Kafka: a container engine, else Java, with Maven to fetch Kafka. */
export function checkKafka(root, environment = process.env) {
  const engine = findContainerEngine(environment);
  if (engine) return [{ name: 'Container engine, or Java', state: 'ok', found: `${engine} answers` }];
  const rows = [checkJava(environment)];
  if (!kafkaJarsAreReady(root)) rows.push(checkMaven(environment));
  return rows;
}

function checkJava(environment = process.env) {
  const java = findJava(environment);
  const name = `Java ${oldestJava} or newer, or a container engine`;
  const fix = howToInstall('java');
  if (!java) return { name, state: 'missing', found: 'no container engine answers, and no Java', fix };
  if (java.version < oldestJava) return { name, state: 'too old', found: `Java ${java.version}`, fix };
  return { name, state: 'ok', found: `Java ${java.version} (no container engine answers)` };
}

function checkMaven(environment = process.env) {
  const version = mavenVersion(environment);
  if (version) return { name: 'Maven', state: 'ok', found: version };
  return { name: 'Maven', state: 'missing', found: 'none', fix: howToInstall('maven') };
}

/** The Python of an environment, by default of the one with dbt, or one to make it with. */
export function checkPython(root, environment = process.env, of = 'dbt') {
  const { oldest } = pythonEnvironments[of];
  const name = `Python 3.${oldest} to 3.${newestPython} with venv`;
  if (pythonIsReady(root, of)) return { name, state: 'ok', found: 'its environment is there' };
  if (hasUv(environment)) return { name, state: 'ok', found: 'uv' };
  const python = findPython(environment, oldest);
  const fix = howToInstall('python');
  if (!python) return { name, state: 'missing', found: 'none', fix };
  const found = `Python 3.${python.minor}`;
  if (python.minor < oldest) return { name, state: 'too old', found, fix };
  if (python.minor > newestPython) {
    return { name, state: 'too new', found, fix: howToInstall('python', 'other') };
  }
  if (!python.venv) return { name, state: 'missing', found: `${found} without venv`, fix };
  return { name, state: 'ok', found };
}

/** Space for what is installed and for a few million events. */
export function checkDisk(root) {
  // Not imported by its name: a Node that is too old has to get as far as to say so.
  const { bavail, bsize } = fs.statfsSync(root);
  const free = (bavail * bsize) / gigabyte;
  const installed = npmInstall(root, 'runtime') === undefined && pythonIsReady(root);
  const needed = installed ? 0.5 : 2;
  const name = `${needed} GB of disk space`;
  const found = `${free.toFixed(1)} GB`;
  if (free >= needed) return { name, state: 'ok', found };
  return { name, state: 'too little', found, fix: 'Make room on the disk of this folder.' };
}

/** Memory for Kafka, Node and dbt at the same time. */
export function checkMemory(bytes = totalmem()) {
  const name = '2 GB of memory';
  const found = `${(bytes / gigabyte).toFixed(1)} GB`;
  // A machine of 2 GB reports a little less.
  if (bytes >= 1.8 * gigabyte) return { name, state: 'ok', found };
  return { name, state: 'too little', found, fix: 'Give this machine (or the WSL or Docker it is in) more memory.' };
}

/** A port that is taken is only worth a note: the next free one is used then. */
export async function checkPort(purpose, port) {
  const name = `Port ${port} (${purpose})`;
  if (await isFree(port)) return { name, state: 'ok', found: 'free' };
  return {
    name,
    state: 'note',
    found: `taken by ${whoListens(port)}`,
    fix: 'Nothing to do: the next free port is used.',
  };
}

function mavenVersion(environment) {
  return /Apache Maven (\S+)/.exec(firstLine('mvn', ['--version', '--batch-mode'], environment) ?? '')?.[1];
}

function firstLine(command, options, environment = process.env) {
  const { status, stdout } = spawnSync(command, options, { encoding: 'utf8', env: environment, timeout: 30_000 });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}
