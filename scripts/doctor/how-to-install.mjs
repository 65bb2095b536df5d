import { readFileSync } from 'node:fs';

const ways = {
  apt: {
    node: 'https://nodejs.org/en/download (Node 24), or with nvm: nvm install 24',
    java: 'sudo apt-get install -y default-jre-headless maven',
    maven: 'sudo apt-get install -y maven',
    python: 'sudo apt-get install -y python3 python3-venv',
  },
  dnf: {
    node: 'sudo dnf install -y nodejs24, or https://nodejs.org/en/download',
    java: 'sudo dnf install -y java-latest-openjdk-headless maven',
    maven: 'sudo dnf install -y maven',
    python: 'sudo dnf install -y python3.13',
  },
  brew: {
    node: 'brew install node@24 && brew link --overwrite node@24',
    java: 'brew install openjdk maven',
    maven: 'brew install maven',
    python: 'brew install python@3.13',
  },
  other: {
    node: 'https://nodejs.org/en/download (Node 24)',
    java: 'https://adoptium.net (Java 17 or newer) and https://maven.apache.org/install.html',
    maven: 'https://maven.apache.org/install.html',
    python: 'https://www.python.org/downloads (3.13), or uv, which brings its own: https://docs.astral.sh/uv',
  },
};

/** The command that installs a tool on this system, or where to get it. */
export function howToInstall(tool, system = findSystem()) {
  return ways[system][tool];
}

/** What this system installs its packages with. */
export function findSystem(platform = process.platform, releaseFile = '/etc/os-release') {
  if (platform === 'darwin') return 'brew';
  const release = read(releaseFile);
  const names = `${/^ID=(.*)$/m.exec(release)?.[1]} ${/^ID_LIKE=(.*)$/m.exec(release)?.[1]}`;
  if (/debian|ubuntu/.test(names)) return 'apt';
  if (/fedora|rhel/.test(names)) return 'dnf';
  return 'other';
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
