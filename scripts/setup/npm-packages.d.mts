export declare function npmInstall(
  root: string,
  scope: 'runtime' | 'all',
  platform?: { platform: string; arch: string },
): string[] | undefined;
