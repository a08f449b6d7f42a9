export interface AuditKey {
    readonly kty: string;
    readonly crv?: string;
    readonly x?: string;
    readonly y?: string;
    readonly d?: string;
    readonly n?: string;
    readonly e?: string;
    readonly alg?: string;
    readonly kid?: string;
    readonly [member: string]: unknown;
}

export interface AuditLog {
    readonly listeners: {
        readonly onDecision: DecisionListener;
        readonly onEvent: EventListener;
        readonly recorder?: DecisionRecorder;
    };
    ready(): Promise<void>;
    flush(): Promise<void>;
    close(): Promise<void>;
}

export interface AuditOptions {
    readonly sink: AuditSink;
    readonly resource?: string;
    readonly key?: AuditKey;
    readonly evidence?: EvidenceOptions;
    readonly unverified?: 'count' | 'record';
    readonly durability?: 'interval' | 'record';
    readonly onFailure?: 'continue' | 'refuse';
    readonly onCheckpoint?: (checkpoint: Checkpoint) => unknown;
    readonly onProblem?: (problem: AuditProblem) => unknown;
}

export interface AuditProblem {
    readonly type: 'sink_failed' | 'queue_full' | 'evidence_failed' | 'recovered' | 'unreadable_file' | 'checkpoint_not_kept' | 'recorded_after_close';
    readonly message: string;
    readonly lost: number;
    readonly cause?: unknown;
}

export interface AuditRecord {
    readonly file: string;
    readonly seq: number;
    readonly time: number;
    readonly kind: RecordKind;
    readonly hash: string;
    readonly members: Readonly<Record<string, unknown>>;
}

export interface AuditSink {
    readonly maxFileBytes: number;
    readonly maxFileAge: number;
    readonly maxBytes?: number | undefined;
    readonly bytes: number;
    readonly fileBytes: number;
    open(): Promise<SinkTail | undefined>;
    moveAside(name: string, length: number): Promise<string>;
    begin(): Promise<string>;
    append(octets: Uint8Array): Promise<void>;
    sync(): Promise<void>;
    finish(): Promise<void>;
    close(): Promise<void>;
}

export interface Checkpoint {
    readonly type: 'aauth.audit-checkpoint.v1';
    readonly file: string;
    readonly seq: number;
    readonly time: number;
    readonly hash: string;
    readonly signed: boolean;
}

export type EcsDocument = Readonly<Record<string, unknown>>;

export interface EraseOptions {
    readonly log: readonly string[];
    readonly evidence: readonly string[];
    readonly matches: (event: DecisionEvent) => boolean;
}

export type EvidenceOptions = {
    readonly sink: AuditSink;
} & ({
    readonly recipient: AuditKey;
} | {
    readonly plain: true;
    readonly secretFields?: readonly string[];
});

export interface FileSinkOptions {
    readonly maxFileBytes?: number;
    readonly maxFileAge?: number;
    readonly maxBytes?: number;
}

export interface KnownCheckpoint {
    readonly seq: number;
    readonly hash: string;
}

export interface LogFault {
    readonly code: LogFaultCode;
    readonly file: string;
    readonly line?: number;
    readonly seq?: number;
    readonly message: string;
}

export type LogFaultCode = 'not_a_record' | 'line_too_long' | 'incomplete_line' | 'edited' | 'chain_broken' | 'header_missing' | 'file_missing' | 'file_unreadable' | 'behind_the_end' | 'bad_signature' | 'unknown_key' | 'unsigned' | 'checkpoint_missing' | 'checkpoint_mismatch';

export interface LogReplay {
    readonly ok: boolean;
    readonly log: LogVerification;
    readonly outcomes: Readonly<Record<ReplayOutcome, number>>;
}

export interface LogVerification {
    readonly ok: boolean;
    readonly proof: 'signed' | 'open end' | 'chain only';
    readonly end: 'closed' | 'rotated' | 'open';
    readonly files: number;
    readonly records: number;
    readonly firstSeq?: number;
    readonly lastSeq?: number;
    readonly lastHash?: string;
    readonly signedUntil?: number;
    readonly beginsLater: boolean;
    readonly checkpointsFound: number;
    readonly unclosed: readonly string[];
    readonly gaps: number;
    readonly lost: number;
    readonly clockSteps: number;
    readonly faults: readonly LogFault[];
    readonly faultCount: number;
}

export type OcsfEvent = Readonly<Record<string, unknown>>;

export type RecordKind = 'file' | 'decision' | 'event' | 'counts' | 'gap' | 'recovered' | 'checkpoint' | 'closed';

export interface ReplayLogOptions extends VerifyLogOptions {
    readonly evidence: readonly string[];
    readonly privateKey?: AuditKey;
    readonly onDecision?: (replayed: Replayed) => void | Promise<void>;
}

export type ReplayOutcome = 'verified' | 'failed' | 'unreadable' | 'erased' | 'missing' | 'withheld' | 'lost' | 'none';

export interface Replayed {
    readonly seq: number;
    readonly event: DecisionEvent;
    readonly outcome: ReplayOutcome;
    readonly faults: readonly string[];
}

export interface SinkTail {
    readonly name: string;
    readonly size: number;
    readonly octets: Buffer;
}

export interface VerifyLogOptions {
    readonly key?: AuditKey | readonly AuditKey[];
    readonly checkpoint?: KnownCheckpoint | readonly KnownCheckpoint[];
    readonly onRecord?: (record: AuditRecord) => void | Promise<void>;
    readonly onProgress?: (read: number, all: number) => void;
}

export declare function auditLog(options: AuditOptions): AuditLog;

export declare function eraseEvidence({ log, evidence, matches }: EraseOptions): Promise<number>;

export declare function fileSink(path: string, options?: FileSinkOptions): AuditSink;

export declare function replayLog(files: readonly string[], options: ReplayLogOptions): Promise<LogReplay>;

export declare function toEcs(event: DecisionEvent): EcsDocument;

export declare function toOcsf(event: DecisionEvent): OcsfEvent;

export declare function verifyLog(files: readonly string[], options?: VerifyLogOptions): Promise<LogVerification>;
