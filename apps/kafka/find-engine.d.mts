export type Engine = 'docker' | 'podman' | 'java';
export declare const engines: readonly Engine[];
export declare function findContainerEngine(environment?: NodeJS.ProcessEnv): 'docker' | 'podman' | undefined;
export declare function answers(engine: 'docker' | 'podman', environment?: NodeJS.ProcessEnv): boolean;
export declare function lastEngine(dataFolder: string): Engine | undefined;
export declare function chooseEngine(dataFolder: string, environment?: NodeJS.ProcessEnv): string;
