export declare const oldestJava: number;
export declare function findJava(environment?: NodeJS.ProcessEnv): { command: string; version: number } | undefined;
export declare function readJavaVersion(report: string): number | undefined;
