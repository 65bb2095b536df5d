import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How the npm packages are to be installed, `undefined` when they are there as package-lock.json asks.
 *
 * npm writes what it installed to node_modules/.package-lock.json, as the last thing: an install that was interrupted is
 * one that isn't there.
 *
 * @param {'runtime' | 'all'} scope
 */
export function npmInstall(root, scope, platform = process) {
  const wanted = readPackages(join(root, 'package-lock.json')) ?? {};
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json')) ?? {};
  const complete = Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      (scope === 'runtime' && entry.dev) ||
      (entry.optional && !isForPlatform(entry, platform)) ||
      isSame(entry, installed[path]),
  );
  if (complete) return undefined;
  // What was installed for development stays.
  const development = scope === 'all' || Object.values(installed).some((entry) => entry.dev);
  return development ? ['ci'] : ['ci', '--omit=dev'];
}

function isSame(wanted, installed) {
  if (installed?.version !== wanted.version) return false;
  return wanted.integrity === undefined || installed.integrity === wanted.integrity;
}

/** Optional packages are mostly one program for many platforms; one that names none may be left out by npm. */
function isForPlatform({ os, cpu, libc }, platform) {
  return os?.includes(platform.platform) && cpu?.includes(platform.arch) === true && libc === undefined;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
