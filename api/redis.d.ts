export interface ConnectionOptions {
    readonly issuer: string;
    readonly send: Send;
    readonly subscribe?: Subscribe | undefined;
    readonly prefix?: string | undefined;
    readonly partitions?: number | undefined;
    readonly replicas?: number | undefined;
    readonly durable?: boolean | undefined;
    readonly whenEmpty?: 'refuse' | 'begin' | undefined;
}

export type InRedis<Store extends object> = Store & Required<Pick<SharedStore, 'ready' | 'now'>>;

export interface LinkLimits {
    readonly max: number;
    readonly maxPerIssuer: number;
}

export interface PrepareOptions {
    readonly afterLoss?: boolean;
}

export interface RecordLimits {
    readonly max: number;
    readonly maxOctets: number;
    readonly maxPerIssuer: number;
    readonly maxPerOwner: number;
}

export interface RedisControls {
    prepare(options?: PrepareOptions): Promise<void>;
    ready(): Promise<RedisReport>;
    close(): void;
}

export interface RedisLimits {
    readonly revocations?: Partial<RevocationLimits>;
    readonly tombstones?: Partial<TombstoneLimits>;
    readonly replays?: Partial<ReplayLimits>;
    readonly links?: Partial<LinkLimits>;
    readonly statuses?: Partial<StatusLimits>;
    readonly records?: Partial<RecordLimits>;
}

export interface RedisReport {
    readonly server: 'redis' | 'valkey';
    readonly version: string;
    readonly appendOnly: boolean | undefined;
}

export interface RedisStores extends RedisControls {
    readonly stores: {
        readonly revocations: InRedis<RevocationStore>;
        readonly tombstones: InRedis<TombstoneStore>;
        readonly replays: InRedis<ReplayStore>;
        readonly links: InRedis<LinkStore>;
        readonly statuses: InRedis<StatusStore>;
        readonly records: InRedis<RecordStore>;
    };
}

export interface RedisStoresOptions extends ConnectionOptions {
    readonly limits?: RedisLimits | undefined;
}

export interface ReplayLimits {
    readonly max: number;
    readonly maxPerIssuer: number;
    readonly maxPerKey: number;
}

export interface RevocationLimits {
    readonly max: number;
    readonly maxPerIssuer: number;
}

export type Send = (args: string[], key: string | undefined) => Promise<unknown>;

export interface StatusLimits {
    readonly max: number;
    readonly maxPerIssuer: number;
}

export declare class StoreDataLostError extends Error {
    readonly name = "StoreDataLostError";
    constructor(hint: string);
}

export type Subscribe = (channels: readonly string[], onMessage: (channel: string, message: string) => void, onLost: (hint: string) => void) => () => void;

export interface TombstoneLimits {
    readonly max: number;
    readonly maxPerServer: number;
}

export declare function redisStores({ limits, ...connection }: RedisStoresOptions): RedisStores;
