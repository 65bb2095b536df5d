export declare function isFree(port: number): Promise<boolean>;
export declare function whoListens(port: number): string;
