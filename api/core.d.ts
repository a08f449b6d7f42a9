export declare class AAuthError extends Error {
    #private;
    readonly name = "AAuthError";
    readonly code: AAuthErrorCode;
    readonly status: number;
    readonly expose: boolean;
    readonly hint: string | undefined;
    constructor(code: AAuthErrorCode, details?: RefusalDetails);
    get headers(): Readonly<Record<string, string>>;
    get problem(): Readonly<Record<string, unknown>>;
}

export type AAuthErrorCode = SignatureErrorCode | 'agent_token_required' | 'person_token_required' | 'auth_token_required' | 'invalid_request' | 'invalid_scope' | 'invalid_account' | 'unsupported_iss' | 'content_too_large' | 'rate_limited' | 'access_denied' | 'person_required' | 'mission_required' | 'mission_mismatch' | 'class_mismatch' | 'class_unverifiable' | 'mission_terminated' | 'pending' | 'denied' | 'abandoned' | 'revoked' | 'not_found' | 'expired' | 'invalid_code' | 'gone' | 'slow_down' | 'server_error';

export interface AgentAuth extends Verified {
    readonly type: 'agent-token';
    readonly generation?: undefined;
    readonly sub: string;
    readonly agent: string;
    readonly parentAgent?: string;
    readonly ps?: string;
    readonly scopes: readonly string[];
    readonly account: null;
    readonly tenant: null;
    readonly mission?: undefined;
    readonly class: AgentClass;
    readonly session?: Session;
}

export interface AgentClass {
    readonly provider: string;
}

export interface AlternativeCredential {
    readonly scheme: string;
}

export interface AlternativeOptions {
    readonly when: {
        readonly header: string;
    } | {
        readonly scheme: string;
    };
    readonly check: (request: RoutedRequest, requirement: AlternativeRequirement) => OtherIdentity | undefined | Promise<OtherIdentity | undefined>;
    readonly challenge?: string;
    readonly until?: Date;
    readonly exempt?: readonly Exemption[];
}

export interface AlternativeRequirement {
    readonly name: string | undefined;
    readonly scopes: readonly string[];
}

export interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

export type AnyRequirement = Omit<Requirement<TokenKind>, 'check'> & Pick<Requirement<never>, 'check'>;

export type Auth = AgentAuth | PersonAuth | PersonTokenAuth | MissionHeaderAuth;

export type AuthFor<Accept extends TokenKind, Person extends PersonNeed = 'optional'> = (Accept extends 'agent-token' ? (Person extends 'required' ? never : AgentAuth) : never) | (Accept extends 'person-token' ? PersonAuth | PersonTokenAuth : never) | (Accept extends 'auth-token' ? PersonTokenAuth | OlderAuthFor<Person> : never);

export interface AuthorizeOptions {
    readonly content?: 'later';
}

export type Authorized<Accept extends TokenKind, Optional extends boolean, Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never> = AuthFor<Accept, Person> | (Optional extends true ? undefined : never) | ([Alternative] extends [never] ? never : OtherCaller);

export interface BudgetSnapshot {
    readonly name: string;
    readonly running: number;
    readonly maxRunning: number;
    readonly available: number;
}

export interface CacheSnapshot {
    readonly name: string;
    readonly entries: number;
    readonly max: number;
}

export type Caller = Auth | OtherCaller;

export type Capability = 'interaction' | 'clarification' | 'payment';

export interface ChallengeTerms {
    readonly loginHint?: string;
    readonly payment?: Payment;
}

export interface CircuitChangedEvent {
    readonly type: 'aauth.circuit_changed.v1';
    readonly subject: string;
    readonly state: 'open' | 'closed';
}

export type ClaimVerdict = {
    readonly claim: string;
} | 'taken' | 'full';

export type ClassPolicy = 'deny' | 'mission-only' | 'same-key' | 'linked-key';

export type CreateVerdict = 'created' | 'exists' | 'full';

export interface DecisionEvent {
    readonly type: 'aauth.decision.v1';
    readonly time: number;
    readonly process: string;
    readonly seq: number;
    readonly request: string;
    readonly step: number;
    readonly point: DecisionPoint;
    readonly credential: 'aauth' | 'other';
    readonly scheme?: string;
    readonly outcome: 'accepted' | 'challenged' | 'refused' | 'failed';
    readonly status?: number;
    readonly code?: AAuthErrorCode;
    readonly hint?: string;
    readonly stale?: true;
    readonly duration: Readonly<Record<string, number>>;
    readonly requirement?: string;
    readonly method: string;
    readonly path: string;
    readonly generation?: Generation;
    readonly kind?: TokenKind;
    readonly issuer?: string;
    readonly agent?: string;
    readonly person?: string;
    readonly personScope?: 'fleet' | 'process' | 'raw';
    readonly mission?: Mission;
    readonly class?: string;
    readonly thumbprint?: string;
    readonly jti?: string;
    readonly exp?: number;
    readonly covered?: readonly string[];
    readonly claimed?: {
        readonly issuer?: string;
        readonly agent?: string;
        readonly mission?: string;
    };
    readonly call_id?: string;
}

export type DecisionListener = (event: DecisionEvent, refusal: AAuthError | undefined, evidence: () => RequestEvidence | undefined) => unknown;

export type DecisionPoint = 'guard' | 'content' | 'grant' | 'step-up' | 'server' | 'route';

export type DecisionRecorder = (event: DecisionEvent, evidence: () => RequestEvidence | undefined) => void | Promise<void>;

export type DefaultRequirement = Pick<Requirement, 'person' | 'mission' | 'class' | 'classPolicy'>;

export interface DiscoveryLimitedEvent {
    readonly type: 'aauth.discovery_limited.v1';
    readonly issuer: string;
}

export type EventListener = (event: ResourceEvent) => unknown;

export type Exemption = 'mission' | 'class' | 'person' | 'tool' | 'account' | 'singleUse' | 'check';

export interface FoundRevocation {
    readonly revoked: boolean;
    readonly purgedAt?: number | undefined;
}

export interface FoundSession {
    readonly session: Session;
    readonly scopes: readonly string[];
    readonly renew: () => Promise<string | undefined>;
}

export interface FoundStatus {
    readonly freshFor: number;
    readonly staleFor: number;
    readonly failedFor: number;
    readonly failures: number;
    readonly hint: string;
    readonly askedAt: number;
}

export type FurtherClaims = Readonly<Record<string, unknown>>;

export type Generation = 'mission-header' | 'person-token';

export interface HeldCallUnknownEvent {
    readonly type: 'aauth.held_call_unknown.v1';
    readonly id: string;
    readonly route: string;
    readonly method: string;
    readonly path: string;
}

export interface IdentityOptions<Person extends PersonNeed> {
    readonly person?: Person;
}

export interface IssuerPurgedEvent {
    readonly type: 'aauth.issuer_purged.v1';
    readonly issuer: string;
    readonly learnedFrom: RevokedBy;
}

export interface IssuerRefusedEvent {
    readonly type: 'aauth.issuer_refused.v1';
    readonly issuer: string;
    readonly kind: TokenKind;
}

export interface IssuerSnapshot {
    readonly issuer: string;
    readonly document: string;
    readonly listed: boolean;
    readonly keys: readonly string[];
    readonly fetchedAt?: number;
    readonly freshUntil?: number;
    readonly failure?: {
        readonly hint: string;
        readonly count: number;
        readonly retryAt: number;
    };
    readonly fetching: boolean;
}

export interface KeysFetchedEvent {
    readonly type: 'aauth.keys_fetched.v1';
    readonly issuer: string;
    readonly document: string;
    readonly outcome: 'fetched' | 'failed';
    readonly hint?: string;
}

export interface Lifetime {
    readonly signal: AbortSignal;
    [Symbol.dispose](): void;
}

export interface Limits {
    readonly fetchDeadline: number;
    readonly requestDeadline: number;
    readonly verifiedTokens: number;
    readonly unlistedIssuers: number;
    readonly replays: number;
    readonly replaysPerIssuer: number;
    readonly replaysPerKey: number;
    readonly tombstones: number;
}

export interface Link {
    readonly thumbprint: string;
    readonly iss: string;
    readonly jti: string;
    readonly iat: number;
    readonly exp: number;
}

export interface LinkEntry extends Link {
    readonly linkedFor: number;
    readonly listed: boolean;
}

export interface LinkStore extends SharedStore {
    add(entry: LinkEntry): MayWait<LinkVerdict>;
    find(key: {
        readonly thumbprint: string;
    }): MayWait<Link | undefined>;
}

export type LinkVerdict = 'recorded' | 'full';

export interface Logger {
    debug(line: string): unknown;
    info(line: string): unknown;
    warn(line: string): unknown;
}

export interface Managed {
    end(selection: ManagedSelection): Promise<number>;
    reportUnknownOutcomes(): Promise<number>;
}

export interface ManagedAccess extends Managed {
    revoked(token: Pick<VerifiedClaims, 'iss' | 'jti'>): Promise<void>;
    terminated(mission: Mission): Promise<void>;
    purged(iss: string): Promise<void>;
    findSession(token: VerifiedToken, value: string, budget: WaitBudget): Promise<FoundSession | undefined>;
    findStanding(token: VerifiedToken, budget: WaitBudget): Promise<FoundSession | undefined>;
    watchConsent(consent: string, scopes: readonly string[], handle: Handle): () => void;
    answerPending(request: SignedRequest, id: string, readContent: (limit: number) => Promise<Uint8Array>): Promise<Answer>;
    close(): void;
}

export interface ManagedAccessFactory {
    start(state: ResourceState): ManagedAccess;
}

export type ManagedSelection = {
    readonly consent: string;
} | {
    readonly owner: string;
} | {
    readonly person: string;
} | {
    readonly mission: Mission;
};

export type MayWait<T> = T | Promise<T>;

export interface Mission {
    readonly approver: string;
    readonly s256: string;
}

export interface MissionHeaderAuth extends AuthToken {
    readonly generation: 'mission-header';
    readonly sub?: string;
    readonly ps?: string;
    readonly agent: string;
    readonly class?: AgentClass;
}

export interface MissionMonitor {
    assertActive(mission: Mission, safe: boolean, found?: () => MayWait<FoundStatus | undefined>): void | Promise<void>;
    readonly assertActiveNow: ((mission: Mission) => Promise<void>) | undefined;
    status(mission: Mission): Promise<MissionStatus>;
    activeAt(mission: Mission): MayWait<number | undefined>;
    forget(mission: Mission): MayWait<void>;
    learn(claims: VerifiedClaims): void;
    missionOf(token: Pick<VerifiedClaims, 'iss' | 'jti'>): Mission | undefined;
    suspect(token: Pick<VerifiedClaims, 'iss' | 'jti'>, mission: Mission): MayWait<void>;
    purge(iss: string): void;
    suspendedServers(): readonly string[];
    readonly times: {
        readonly activeTtl: number;
        readonly maxStale: number;
    } | undefined;
    readonly assertWithinTerms: ((auth: Auth, wanted: WantedTerms) => void | Promise<void>) | undefined;
    readonly link: ((thumbprint: string, claims: VerifiedClaims, budget?: WaitBudget) => MayWait<void>) | undefined;
    providerOf(thumbprint: string, found?: () => MayWait<Link | undefined>, budget?: WaitBudget): MayWait<string | undefined>;
    readonly endpoints: ReadonlyMap<string | undefined, Endpoint>;
    published(base: string): Readonly<Record<string, string>>;
}

export interface MissionMonitorFactory {
    start(state: ResourceState): MissionMonitor;
}

export interface MissionSnapshot extends Omit<OutstandingTokens, 'tokens'> {
    readonly mission: Mission;
    readonly agents: readonly string[];
    readonly classes: readonly string[];
    readonly tokens: number;
}

export interface MissionStatus {
    readonly status: 'active' | 'terminated' | 'unknown';
    readonly reason?: string | undefined;
}

export interface MissionTerminatedEvent {
    readonly type: 'aauth.mission_terminated.v1';
    readonly mission: Mission;
    readonly reason?: string;
    readonly learnedFrom: TerminationSource;
}

export interface Missions {
    terminate(mission: Mission, reason?: string): Promise<void>;
    clearFull(approver: string): Promise<void>;
    status(mission: Mission): Promise<MissionStatus>;
    outstandingTokens(mission: Mission): OutstandingTokens;
    observe(mission: Mission, response: Response): Promise<boolean>;
}

export interface ObserveOptions {
    readonly personHashKey?: Uint8Array;
    readonly rawPersons?: boolean;
}

export interface OtherCaller {
    readonly type: 'other';
    readonly scheme: string;
    readonly id: string;
    readonly scopes: readonly string[];
}

export interface OtherIdentity {
    readonly id: string;
    readonly scopes: readonly string[];
}

export interface OutstandingToken {
    readonly issuer: string;
    readonly jti: string;
    readonly agent?: string;
    readonly class?: string;
    readonly thumbprint: string;
    readonly exp: number;
    readonly firstAcceptedAt: number;
    readonly lastAcceptedAt: number;
    readonly accepted: number;
    readonly revoked?: true;
}

export interface OutstandingTokens {
    readonly tokens: readonly OutstandingToken[];
    readonly atLeast: boolean;
    readonly lastAcceptedAt?: number;
    readonly latestExp?: number;
    readonly terminated?: {
        readonly at: number;
        readonly reason?: string;
        readonly learnedFrom: TerminationSource;
    };
}

export interface Payment {
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, unknown>>;
}

export interface PersonAuth extends Verified {
    readonly type: 'person-token';
    readonly generation: 'person-token';
    readonly sub: string;
    readonly ps: string;
    readonly agent?: undefined;
    readonly scopes: readonly string[];
    readonly account: null;
    readonly tenant: string | null;
    readonly mission?: Mission;
    readonly class?: undefined;
    readonly session?: Session;
}

export type PersonNeed = 'required' | 'optional';

export interface PersonTokenAuth extends AuthToken {
    readonly generation: 'person-token';
    readonly sub: string;
    readonly ps: string;
    readonly agent?: undefined;
    readonly class?: undefined;
}

export type PutVerdict = 'recorded' | 'overtaken';

export interface RecordChange extends RecordKey {
    readonly version: string;
    readonly octets: Uint8Array;
    readonly reserved?: number | undefined;
    readonly open: boolean;
    readonly expires: number;
    readonly tags?: readonly string[] | undefined;
    readonly removesTags?: readonly string[] | undefined;
    readonly creates?: RecordEntry | undefined;
}

export interface RecordEnd {
    readonly tag: string;
    readonly reason: string;
}

export interface RecordEntry extends RecordKey {
    readonly octets: Uint8Array;
    readonly reserved?: number | undefined;
    readonly open: boolean;
    readonly owner: string;
    readonly issuer: string;
    readonly listed: boolean;
    readonly tags: readonly string[];
    readonly expires: number;
}

export interface RecordKey {
    readonly kind: RecordKind;
    readonly id: string;
}

export type RecordKind = 'consent' | 'pending' | 'held' | 'claim';

export interface RecordList {
    readonly tag: string;
    readonly after?: RecordKey | undefined;
    readonly limit: number;
}

export interface RecordStore extends SharedStore {
    readonly durable: boolean;
    create(entry: RecordEntry): MayWait<CreateVerdict>;
    find(key: RecordKey): MayWait<StoredRecord | undefined>;
    replace(change: RecordChange): MayWait<ReplaceVerdict>;
    end(end: RecordEnd): MayWait<number>;
    list(list: RecordList): MayWait<readonly RecordKey[]>;
}

export interface RefusalDetails {
    readonly hint?: string;
    readonly detail?: string;
    readonly requiredInput?: readonly string[];
    readonly requirement?: RequirementName;
    readonly resourceToken?: string;
    readonly payment?: Payment;
    readonly advertise?: boolean;
    readonly scheme?: 'jwt' | 'jwks_uri';
    readonly authenticate?: string;
    readonly terminationReason?: string | undefined;
    readonly retryAfter?: number;
    readonly permanent?: boolean;
    readonly deferred?: {
        readonly headers: Readonly<Record<string, string>>;
        readonly body: Readonly<Record<string, unknown>>;
    };
    readonly allow?: string;
    readonly cause?: unknown;
}

export type ReplaceVerdict = 'replaced' | 'conflict' | 'missing' | 'exists' | 'full';

export interface ReplayMark {
    readonly issuer: string;
    readonly owner: string;
    readonly fingerprint: string;
    readonly until: number;
    readonly window: number;
    readonly listed: boolean;
}

export type ReplayScope = 'auto' | 'unsafe' | 'all' | 'off';

export interface ReplayStore extends SharedStore {
    mark(mark: ReplayMark): MayWait<ReplayVerdict>;
}

export type ReplayVerdict = 'first' | 'repeated' | 'full' | 'unknown';

export interface RequestEvidence {
    readonly token: string;
    readonly base: string;
    readonly signature: string;
    readonly covered: readonly string[];
    readonly issuer: string;
    readonly document: string;
    readonly keys: readonly JsonObject[];
    readonly verifiedAt: number;
}

export interface Requirement<Accept extends TokenKind = 'auth-token', Optional extends boolean = boolean, Person extends PersonNeed = PersonNeed, Alternative extends AlternativeCredential = AlternativeCredential> {
    readonly name?: string;
    readonly accept?: Accept | readonly Accept[];
    readonly scope?: string | readonly string[];
    readonly person?: Person;
    readonly mission?: 'required' | 'optional' | 'forbidden' | {
        readonly approver: string;
    };
    readonly class?: 'any' | {
        readonly provider: string | readonly string[];
    };
    readonly classPolicy?: ClassPolicy;
    readonly tool?: string;
    readonly account?: string | ((request: RoutedRequest) => string);
    readonly components?: readonly string[];
    readonly singleUse?: boolean;
    readonly sessions?: boolean;
    readonly optional?: Optional;
    readonly trust?: Trust;
    readonly check?: (auth: AuthFor<Accept, Person>, request: RoutedRequest) => boolean | Promise<boolean>;
    readonly challenge?: (auth: Auth) => ChallengeTerms | undefined | Promise<ChallengeTerms | undefined>;
    readonly alternative?: Alternative;
}

export type RequirementName = 'agent-token' | 'person-token' | 'auth-token';

export interface Resource {
    readonly issuer: string;
    readonly missions: Missions;
    readonly managed: Managed;
    revoke(token: Revocation): Promise<void>;
    purgeIssuer(issuer: string): Promise<void>;
    ready(): Promise<void>;
    listen(listeners: ResourceListeners): () => void;
    snapshot(): ResourceSnapshot;
    close(): void;
}

export interface ResourceDisplay {
    readonly name?: string;
    readonly description?: string;
    readonly logo_uri?: string;
    readonly logo_dark_uri?: string;
    readonly documentation_uri?: string;
    readonly tos_uri?: string;
    readonly policy_uri?: string;
    readonly r3_vocabularies?: Readonly<Record<string, string>>;
}

export type ResourceEvent = ResourceHappening & {
    readonly time: number;
    readonly suppressed: number;
};

export type ResourceHappening = KeysFetchedEvent | DiscoveryLimitedEvent | IssuerRefusedEvent | IssuerPurgedEvent | TokenRevokedEvent | MissionTerminatedEvent | StoreFailedEvent | CircuitChangedEvent | HeldCallUnknownEvent;

export interface ResourceListeners {
    readonly onDecision?: DecisionListener | undefined;
    readonly onEvent?: EventListener | undefined;
    readonly onStoreCall?: StoreCallListener | undefined;
    readonly recorder?: DecisionRecorder | undefined;
}

export interface ResourceOptions {
    readonly issuer: string;
    readonly trust: Trust;
    readonly authorities?: readonly string[];
    readonly strippedPrefix?: string;
    readonly cors?: boolean;
    readonly scopes?: Readonly<Record<string, string>>;
    readonly defaultScope?: string;
    readonly accessServer?: string;
    readonly acceptPersonServerTokens?: boolean;
    readonly generations?: readonly Generation[];
    readonly signingKey?: SigningKey | Signer;
    readonly publishedKeys?: readonly JWK[];
    readonly accessMode?: AccessMode;
    readonly accounts?: AccountCheck;
    readonly revocationDelegates?: Readonly<Record<string, readonly string[]>>;
    readonly legacyPersonTokenJti?: 'auto' | 'never' | readonly string[];
    readonly stores?: Stores;
    readonly staleReads?: number;
    readonly missions?: MissionMonitorFactory;
    readonly managed?: ManagedAccessFactory;
    readonly signatureWindow?: number;
    readonly additionalSignatureComponents?: readonly string[];
    readonly otherSignatureSchemes?: readonly string[];
    readonly replay?: ReplayScope;
    readonly ed25519?: 'platform' | 'sodium-native';
    readonly claims?: readonly string[];
    readonly require?: DefaultRequirement;
    readonly maxAgentTokenLifetime?: number;
    readonly fetch?: typeof fetch;
    readonly now?: () => number;
    readonly metadata?: ResourceDisplay;
    readonly onDecision?: DecisionListener;
    readonly onEvent?: EventListener;
    readonly recorder?: DecisionRecorder;
    readonly observe?: ObserveOptions;
    readonly log?: LogOption;
    readonly problemTypes?: string;
    readonly development?: Development;
    readonly limits?: Partial<Limits>;
}

export interface ResourceSnapshot {
    readonly type: 'aauth.snapshot.v1';
    readonly time: number;
    readonly process: string;
    readonly issuer: string;
    readonly issuers: readonly IssuerSnapshot[];
    readonly missions: readonly MissionSnapshot[];
    readonly stores: readonly StoreSnapshot[];
    readonly suspendedServers: readonly string[];
    readonly budgets: readonly BudgetSnapshot[];
    readonly caches: readonly CacheSnapshot[];
    readonly lifetimes: {
        readonly connections: number;
        readonly tokens: number;
        readonly missions: number;
    };
}

export interface Revocation {
    readonly iss: string;
    readonly jti: string;
    readonly exp: number;
    readonly mission?: {
        readonly approver: string;
        readonly s256: string;
    } | undefined;
}

export interface RevocationEntry extends Revocation {
    readonly listed: boolean;
}

export interface RevocationListener {
    onRevoked(token: Pick<Revocation, 'iss' | 'jti' | 'mission'>): void;
    onPurged(issuer: {
        readonly iss: string;
        readonly purgedAt: number;
    }): void;
    onLost(hint: string): void;
    onSubscribed(): void;
}

export interface RevocationStore extends SharedStore {
    add(entry: RevocationEntry): MayWait<RevocationVerdict>;
    find(token: {
        readonly iss: string;
        readonly jti: string;
    }): MayWait<FoundRevocation>;
    purge(issuer: {
        readonly iss: string;
        readonly listed: boolean;
    }): MayWait<number>;
    subscribe?(listener: RevocationListener): () => void;
}

export type RevocationVerdict = 'recorded' | 'full';

export type RevokedBy = 'operator' | 'issuer' | 'fleet';

export interface RoutedRequest extends SignedRequest {
    readonly target: string;
    readonly path: string;
    readonly query: string;
}

export interface Session {
    readonly consent: string;
    readonly person: string;
    readonly exp: number;
}

export interface SharedStore {
    readonly freshness?: number | undefined;
    ready?(): Promise<void>;
    now?(): MayWait<number>;
}

export type SignatureErrorCode = 'invalid_signature' | 'invalid_input' | 'unsupported_scheme' | 'unsupported_algorithm' | 'invalid_key' | 'unknown_key' | 'invalid_jwt' | 'expired_jwt' | 'revoked_jwt' | 'issuer_missing' | 'issuer_mismatch' | 'clock_skew';

export interface SignedRequest {
    readonly method: string;
    readonly target: string;
    header(name: string): readonly string[];
    readonly body?: Uint8Array | undefined;
}

export interface Signer {
    readonly publicKey: JWK & {
        readonly kid: string;
        readonly alg: 'Ed25519' | 'ES256';
    };
    sign(octets: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export type SigningKey = JWK & {
    readonly kid: string;
    readonly alg: 'Ed25519' | 'ES256';
};

export type StatusAnswer = {
    readonly status: 'active';
    readonly freshFor: number;
    readonly staleFor: number;
} | {
    readonly status: 'unknown';
    readonly failedFor: number;
    readonly failures: number;
    readonly hint: string;
};

export interface StatusName {
    readonly approver: string;
    readonly s256: string;
    readonly listed: boolean;
}

export interface StatusStore extends SharedStore {
    get(mission: StatusName): MayWait<FoundStatus | undefined>;
    claim(mission: StatusName, milliseconds: number): MayWait<ClaimVerdict>;
    put(mission: StatusName, claim: string, answer: StatusAnswer): MayWait<PutVerdict>;
    forget(mission: StatusName): MayWait<void>;
}

export interface StepUp extends ChallengeTerms {
    readonly scope: string | readonly string[];
    readonly account?: string;
}

export interface StoreCall {
    readonly store: string;
    readonly outcome: 'answered' | 'failed';
    readonly duration: number;
}

export type StoreCallListener = (call: StoreCall) => unknown;

export interface StoreFailedEvent {
    readonly type: 'aauth.store_failed.v1';
    readonly store: string;
    readonly hint: string;
}

export interface StoreSnapshot {
    readonly store: string;
    readonly inMemory: boolean;
    readonly circuit: 'open' | 'closed';
    readonly waiting: number;
}

export interface StoredRecord {
    readonly octets: Uint8Array;
    readonly open: boolean;
    readonly version: string;
    readonly expires: number;
    readonly ended?: string | undefined;
}

export interface Stores {
    readonly tombstones?: TombstoneStore;
    readonly revocations?: RevocationStore;
    readonly replays?: ReplayStore;
    readonly links?: LinkStore;
    readonly statuses?: StatusStore;
    readonly records?: RecordStore;
}

export type TerminationSource = 'operator' | 'response' | 'announcement' | 'source' | 'fleet' | 'store';

export type TokenKind = 'agent-token' | 'person-token' | 'auth-token';

export interface TokenRevokedEvent {
    readonly type: 'aauth.token_revoked.v1';
    readonly issuer: string;
    readonly jti: string;
    readonly learnedFrom: RevokedBy;
}

export interface Tombstone {
    readonly approver: string;
    readonly s256: string;
    readonly reason?: string | undefined;
}

export interface TombstoneEntry extends Tombstone {
    readonly listed: boolean;
}

export interface TombstoneListener {
    onTerminated(tombstone: Tombstone): void;
    onLost(hint: string): void;
    onSubscribed(): void;
}

export interface TombstoneStore extends SharedStore {
    add(entry: TombstoneEntry): MayWait<TombstoneVerdict>;
    find(mission: {
        readonly approver: string;
        readonly s256: string;
        readonly listed: boolean;
    }): MayWait<Tombstone | 'full' | undefined>;
    clearFull?(server: {
        readonly approver: string;
    }): MayWait<void>;
    subscribe?(listener: TombstoneListener): () => void;
}

export type TombstoneVerdict = 'recorded' | 'full';

export type Trust = 'any' | TrustPolicy;

export interface TrustPolicy {
    readonly agentProviders?: Trusted;
    readonly personServers?: Trusted;
    readonly accessServers?: Exclude<Trusted, 'any'>;
}

export type Trusted = 'any' | readonly string[] | ((issuer: string) => boolean);

export type VerifiedClaims = Omit<UntrustedClaims, 'verified' | 'jwk'> & {
    readonly verified: true;
};

export interface VerifiedServer {
    readonly id: string;
    readonly role: IssuerRole;
}

export declare function alternativeCredential(options: AlternativeOptions): AlternativeCredential;

export declare function answer(error: unknown): Promise<Answer>;

export declare function authorize<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never>(resource: Resource, request: SignedRequest, requirement?: Requirement<Accept, Optional, Person, Alternative>, options?: AuthorizeOptions): Promise<Authorized<Accept, Optional, Person, Alternative>>;

export declare function authorizeServer(resource: Resource, request: SignedRequest, readContent: () => Promise<Uint8Array>): Promise<VerifiedServer>;

export declare function capabilitiesOf(auth: Auth): ReadonlySet<Capability>;

export declare function createResource(options: ResourceOptions): Resource;

export declare function isAAuthError(value: unknown): value is AAuthError;

export declare function issueResourceToken(resource: Resource, auth: Auth, wanted: StepUp): Promise<string>;

export declare function lifetimeOf(auth: Auth): Lifetime;

export declare function personKey(auth: PersonAuth | PersonTokenAuth | (Auth & {
    readonly sub: string;
    readonly generation: string;
})): string;
export declare function personKey(auth: Auth): string | undefined;

export declare function resourceLink(resource: Resource): string;

export declare function stepUp(resource: Resource, auth: Auth, wanted: StepUp): never;

export declare function verifyContent(auth: Auth, content: Uint8Array): void | Promise<void>;
