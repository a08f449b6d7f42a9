export interface ManagedOptions {
    readonly sealingKeys?: readonly SealingKey[];
}

export interface SealingKey {
    readonly kid: string;
    readonly key: Uint8Array | string;
}

export declare function managedAccess(options?: ManagedOptions): ManagedAccessFactory;
