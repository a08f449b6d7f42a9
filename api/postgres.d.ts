export type InPostgres<Store extends object> = Store & Required<Pick<SharedStore, 'ready' | 'now'>>;

export type Listen = (channel: string, onMessage: (payload: string) => void, onLost: (reason: string) => void) => () => void;

export interface PostgresLimits {
    readonly revocations?: {
        readonly max?: number | undefined;
        readonly maxPerIssuer?: number | undefined;
    };
    readonly tombstones?: {
        readonly max?: number | undefined;
        readonly maxPerServer?: number | undefined;
    };
    readonly replays?: {
        readonly max?: number | undefined;
        readonly maxPerIssuer?: number | undefined;
        readonly maxPerKey?: number | undefined;
    };
    readonly links?: {
        readonly max?: number | undefined;
        readonly maxPerIssuer?: number | undefined;
    };
    readonly statuses?: {
        readonly max?: number | undefined;
        readonly maxPerIssuer?: number | undefined;
    };
    readonly records?: {
        readonly max?: number | undefined;
        readonly maxOctets?: number | undefined;
        readonly maxPerIssuer?: number | undefined;
        readonly maxPerOwner?: number | undefined;
    };
}

export interface PostgresReport {
    readonly version: number;
    readonly migration: number;
    readonly synchronousCommit: string;
    readonly synchronousStandbys: string;
}

export interface PostgresStores {
    readonly stores: {
        readonly revocations: InPostgres<RevocationStore>;
        readonly tombstones: InPostgres<TombstoneStore>;
        readonly replays: InPostgres<ReplayStore>;
        readonly links: InPostgres<LinkStore>;
        readonly statuses: InPostgres<StatusStore>;
        readonly records: InPostgres<RecordStore>;
    };
    prepare(options?: PrepareOptions): Promise<void>;
    ready(): Promise<PostgresReport>;
    close(): void;
}

export interface PostgresStoresOptions {
    readonly query: Query;
    readonly listen?: Listen | undefined;
    readonly schema?: string | undefined;
    readonly limits?: PostgresLimits | undefined;
    readonly whenEmpty?: 'refuse' | 'begin' | undefined;
}

export interface PrepareOptions {
    readonly afterLoss?: boolean | undefined;
}

export type Query = (text: string, values: string[]) => PromiseLike<{
    readonly rows: readonly unknown[];
}>;

export declare class StoreDataLostError extends Error {
    readonly name = "StoreDataLostError";
}

export declare function postgresStores(options: PostgresStoresOptions): PostgresStores;
