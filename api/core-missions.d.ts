export interface ApprovedTool {
    readonly name: string;
    readonly description?: string;
}

export interface GrantOptions {
    readonly classPolicy?: ClassPolicy;
}

export interface MissionAnswer {
    readonly status: 'active' | 'terminated';
    readonly reason?: string | undefined;
    readonly freshUntil?: number;
}

export interface MissionBlob {
    readonly agent: string;
    readonly approver?: string;
    readonly description: string;
    readonly approvedAt: string;
    readonly expiresAt?: number;
    readonly approvedResources?: readonly string[];
}

export interface MissionGrant {
    readonly resource: string;
    readonly mission: Mission;
    readonly class: {
        readonly provider: string;
    } | null;
    readonly person: MissionPerson | null;
    readonly thumbprint: string;
    readonly createdAt: number;
    readonly expiresAt: number | null;
}

export interface MissionInquiry {
    readonly signal: AbortSignal;
    metadata(): Promise<JsonObject>;
    post(url: string, content: object): Promise<{
        readonly status: number;
        readonly json: JsonObject | undefined;
    }>;
}

export interface MissionOptions {
    readonly source?: MissionSource;
    readonly activeTtl?: number;
    readonly maxStale?: number;
    readonly deadline?: number;
    readonly maxMissions?: number;
    readonly blobs?: (mission: Mission) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
    readonly announcements?: boolean;
    readonly linkedKeys?: number;
}

export interface MissionPerson {
    readonly generation: Generation;
    readonly issuer: string;
    readonly tenant: string | null;
    readonly sub: string;
}

export type MissionSource = (mission: Mission, inquiry: MissionInquiry) => MissionAnswer | Promise<MissionAnswer>;

export type Resumption = 'match' | 'resource_mismatch' | 'mission_mismatch' | 'person_mismatch' | 'class_mismatch' | 'class_unknown' | 'expired';

export declare class ServerUnavailableError extends Error {
    readonly name = "ServerUnavailableError";
}

export declare function approvedTools(blob: MissionBlob): readonly ApprovedTool[];

export declare function assertGrant(auth: Caller | undefined, load: () => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions): Promise<void>;

export declare function checkGrantOptions({ classPolicy }: GrantOptions): void;

export declare function mayResume(grant: MissionGrant, auth: Auth, policy?: ClassPolicy): Resumption;

export declare function missionControl(): MissionSource;

export declare function missionGrant(auth: Auth, { expiresAt }?: {
    readonly expiresAt?: number;
}): MissionGrant;

export declare function monitorMissions(options: MissionOptions): MissionMonitorFactory;

export declare function verifyMissionBlob(bytes: Uint8Array, s256: string): Promise<MissionBlob>;
