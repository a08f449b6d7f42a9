export interface ConsentData {
    readonly data: string;
    readonly version: number;
}

export interface ConsentOptions {
    readonly person: string;
    readonly scope: string | readonly string[];
    readonly lifetime?: number;
    readonly data?: string;
}

export interface ConsentSummary {
    readonly id: string;
    readonly person: string;
    readonly scopes: readonly string[];
    readonly end: number;
}

export interface ManagedOptions {
    readonly sealingKeys?: readonly SealingKey[];
}

export interface SealingKey {
    readonly kid: string;
    readonly key: Uint8Array | string;
}

export declare function createConsent(resource: Resource, auth: Auth, options: ConsentOptions): Promise<ConsentSummary>;

export declare function findStandingConsent(resource: Resource, auth: Auth): Promise<ConsentSummary | undefined>;

export declare function grantSession(resource: Resource, auth: Auth, consent: string): Promise<string | undefined>;

export declare function managedAccess(options?: ManagedOptions): ManagedAccessFactory;

export declare function narrowConsent(resource: Resource, consent: string, scope: string | readonly string[]): Promise<ConsentSummary | undefined>;

export declare function readConsentData(resource: Resource, auth: Auth): Promise<ConsentData | undefined>;

export declare function refreshConsentData(resource: Resource, auth: Auth, seen: ConsentData, refresh: () => string | Promise<string>): Promise<ConsentData>;
