export interface DevOptions {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly accessServer?: boolean;
}

export type DevResourceOptions = Pick<ResourceOptions, 'trust' | 'accessServer' | 'fetch' | 'development'>;

export interface DevWorld {
    readonly url: string;
    readonly agentProvider: string;
    readonly personServer: string;
    readonly accessServer: string;
}

export declare function allowDevServers(origins: readonly string[]): void;

export declare function devOptions({ env, accessServer, }?: DevOptions): DevResourceOptions | Record<string, never>;

export declare function devWorldAt(url: string): DevWorld;

export declare function isLoopback(origin: unknown): origin is string;
