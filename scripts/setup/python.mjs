import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';
import { isStamped, stamp } from './stamp.mjs';

/** The newest Python that dbt-core 1.11 runs on. */
export const newestPython = 13;

const question =
  'import sys, importlib.util as u; print(sys.version_info[1], sys.version_info[0], int(bool(u.find_spec("ensurepip"))))';

/** The Python environments by name: what each is made from, where it is, and the oldest Python it runs on. */
export const pythonEnvironments = {
  dbt: { folder: '.tools/python', requirements: 'dbt/requirements.txt', oldest: 10 },
  // fakesnow, a Snowflake for tests.
  fakesnow: {
    folder: '.tools/fakesnow',
    requirements: 'test/snowflake/equipment/requirements.txt',
    oldest: 11,
  },
};

/** Whether an environment is as its requirements ask. */
export function pythonIsReady(root, name = 'dbt') {
  const environment = pythonEnvironments[name];
  const folder = join(root, environment.folder);
  // The link of an environment whose Python was removed leads nowhere.
  return existsSync(join(folder, 'bin', 'python')) && isStamped(folder, join(root, environment.requirements));
}

/** The first Python that fits, else the first there is: `{ command, minor, venv, fits }`. */
export function findPython(environment = process.env, oldest = pythonEnvironments.dbt.oldest) {
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  const found = names.flatMap((command) => {
    const { status, stdout } = spawnSync(command, ['-c', question], {
      encoding: 'utf8',
      env: environment,
      timeout: 20_000,
    });
    if (status !== 0) return [];
    const [minor, major, venv] = stdout.trim().split(' ').map(Number);
    const fits = major === 3 && minor >= oldest && minor <= newestPython;
    return major === 3 ? [{ command, minor, venv: venv === 1, fits }] : [];
  });
  return found.find(({ fits, venv }) => fits && venv) ?? found.find(({ fits }) => fits) ?? found[0];
}

/** Whether uv is there: it is quicker than pip, and brings a Python when there is none. */
export function hasUv(environment = process.env) {
  return spawnSync('uv', ['--version'], { stdio: 'ignore', env: environment, timeout: 20_000 }).status === 0;
}

/** Makes an environment anew. */
export async function installPython(root, name = 'dbt') {
  const environment = pythonEnvironments[name];
  const folder = join(root, environment.folder);
  const requirements = join(root, environment.requirements);
  const python = join(folder, 'bin', 'python');
  rmSync(folder, { recursive: true, force: true });
  const found = findPython(process.env, environment.oldest);
  if (hasUv()) {
    await runTool('uv', ['venv', '--quiet', '--python', found?.fits ? found.command : `3.${newestPython}`, folder]);
    await runTool('uv', [
      'pip',
      'install',
      '--quiet',
      '--compile-bytecode',
      '--python',
      python,
      '--requirement',
      requirements,
    ]);
  } else {
    await runTool(found.command, ['-m', 'venv', folder]);
    await runTool(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      requirements,
    ]);
  }
  stamp(folder, requirements);
}
