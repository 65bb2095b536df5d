import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { npmInstall } from '../../scripts/setup/npm-packages.mjs';

type Packages = Record<string, Record<string, unknown>>;

const wanted: Packages = {
  '': { name: 'root' },
  'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
  'node_modules/vitest': { version: '4.1.0', integrity: 'sha512-b', dev: true },
  'node_modules/esbuild-linux': {
    version: '1.0.0',
    integrity: 'sha512-c',
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
  },
  'node_modules/esbuild-mac': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
};
const linux = { platform: 'linux', arch: 'x64' };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'npm-packages-'));
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
});
afterEach(() => rmSync(root, { recursive: true }));

function install(...names: string[]): void {
  const packages = Object.fromEntries(
    names.map((name) => [`node_modules/${name}`, { ...wanted[`node_modules/${name}`] }]),
  );
  writePackages(packages);
}

function writePackages(packages: Packages): void {
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
}

test('a fresh clone gets what the command needs', () => {
  expect(npmInstall(root, 'runtime', linux)).toEqual(['ci', '--omit=dev']);
  expect(npmInstall(root, 'all', linux)).toEqual(['ci']);
});

test('an interrupted install is one that is not there: npm writes its list last', () => {
  mkdirSync(join(root, 'node_modules', 'zod'));
  expect(npmInstall(root, 'runtime', linux)).toEqual(['ci', '--omit=dev']);
});

test('runtime packages do for runtime, not for development', () => {
  install('zod', 'esbuild-linux');
  expect(npmInstall(root, 'runtime', linux)).toBeUndefined();
  expect(npmInstall(root, 'all', linux)).toEqual(['ci']);
});

test('all packages do for both', () => {
  install('zod', 'vitest', 'esbuild-linux');
  expect(npmInstall(root, 'runtime', linux)).toBeUndefined();
  expect(npmInstall(root, 'all', linux)).toBeUndefined();
});

test('another version is replaced, and what was there for development stays', () => {
  install('zod', 'vitest', 'esbuild-linux');
  writePackages({ 'node_modules/vitest': { version: '4.1.0', dev: true }, 'node_modules/zod': { version: '3.0.0' } });
  expect(npmInstall(root, 'runtime', linux)).toEqual(['ci']);
});

test('an optional package is needed only on its platform', () => {
  install('zod', 'esbuild-linux');
  expect(npmInstall(root, 'runtime', { platform: 'darwin', arch: 'arm64' })).toEqual(['ci', '--omit=dev']);
  install('zod', 'esbuild-mac');
  expect(npmInstall(root, 'runtime', { platform: 'darwin', arch: 'arm64' })).toBeUndefined();
  expect(npmInstall(root, 'runtime', linux)).toEqual(['ci', '--omit=dev']);
});

test("the repository's own lock file names the packages of every platform: npm ci refuses one that doesn't", () => {
  const file = join(import.meta.dirname, '..', '..', 'package-lock.json');
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const absent = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(absent).toEqual([]);
});
