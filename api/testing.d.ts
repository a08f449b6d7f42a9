export declare class Agent {
    readonly id: string;
    readonly provider: TestIssuer;
    readonly personServer: TestIssuer | undefined;
    readonly key: TestKey;
    private readonly net;
    private readonly sessions;
    private readonly defaultIssuer;
    constructor(net: World, name: string, provider: TestIssuer, personServer: TestIssuer | undefined, key: TestKey, defaultIssuer?: TestIssuer | undefined);
    agentToken(changes?: TokenChanges): Promise<string>;
    personToken(grant?: Grant): Promise<string>;
    authToken(grant?: Grant, issuer?: TestIssuer): Promise<string>;
    sessionAt(origin: string): string | undefined;
    sign(url: string, request: AgentRequest, options: SignOptions): Promise<SignedMessage>;
    sign(request: Request, options: SignOptions): Promise<SignedMessage>;
    fetch(url: string, request?: AgentRequest): Promise<Response>;
    fetch(url: string, request: AgentRequest, options: FetchOptions): Promise<Response>;
    fetch(request: Request, options: FetchOptions): Promise<Response>;
    call(url: string, request?: AgentRequest, options?: CallOptions): Promise<CallOutcome>;
    proposeMission(proposal: MissionProposal, options?: AskOptions): Promise<ProposedMission>;
    completeMission(s256: string, summary: string, options?: AskOptions): Promise<void>;
    private draft;
    private person;
}

export type AgentMistake = 'wrong-key' | 'stale' | 'future' | 'no-created' | 'string-created' | 'decimal-created' | 'expired' | 'expires-before-created' | 'omit-method' | 'omit-authority' | 'omit-path' | 'omit-signature-key' | 'nothing-covered' | 'duplicate-component' | 'component-parameter' | 'key-parameter' | 'absent-component' | 'unknown-derived-component' | 'label-mismatch' | 'duplicate-label' | 'duplicate-parameter' | 'two-jwt-labels' | 'flip-signature' | 'short-signature' | 'base64url-signature' | 'signature-as-token' | 'no-signature' | 'no-signature-input' | 'no-signature-key' | 'empty-signature' | 'other-path' | 'other-method' | 'other-authority' | 'unknown-scheme' | 'hwk-scheme' | 'cached-scheme' | 'no-token' | 'token-as-sf-token' | 'uncovered-mission' | 'uncovered-authorization';

export interface AgentOptions {
    readonly name?: string;
    readonly runtime?: string;
    readonly provider?: TestIssuer;
    readonly personServer?: TestIssuer | null;
    readonly alg?: Algorithm;
}

export interface AgentRequest {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
}

export type Algorithm = 'Ed25519' | 'ES256';

export interface Approval {
    readonly person?: string;
    readonly scopes?: readonly string[];
}

export interface AskOptions {
    readonly via?: string;
    readonly interact?: (interaction: {
        readonly url: string;
        readonly code: string;
    }) => unknown;
    readonly wait?: (seconds: number) => Promise<unknown>;
}

export interface AskedInteraction {
    readonly url: string;
    readonly code: string;
    readonly page: string;
    readonly callback?: string;
}

export interface CallOptions extends Omit<FetchOptions, 'token'>, DeferralOptions {
    readonly token?: string;
    readonly upstream?: string;
}

export interface CallOutcome {
    readonly response: Response;
    readonly token: string;
    readonly challenges: readonly string[];
    readonly polls: number;
}

export interface ClarificationDetails {
    readonly options: readonly string[];
    readonly timeout?: number;
}

export interface Component {
    readonly name: string;
    readonly params?: Readonly<Record<string, BareItem>>;
}

export interface ConsentQuestion {
    readonly about: 'person-token' | 'auth-token';
    readonly agent: string;
    readonly resource: string;
    readonly scopes: readonly string[];
    readonly mission: string | undefined;
    readonly person: string | undefined;
}

export type Corruption = 'padded-signature' | 'padded-payload' | 'trailing-bits' | 'trailing-newline' | 'inner-space' | 'standard-alphabet' | 'two-parts' | 'four-parts' | 'empty-signature' | 'not-json' | 'array-payload' | 'invalid-utf8' | 'byte-order-mark' | 'duplicate-member' | 'escaped-duplicate-member' | 'deep-nesting' | 'alg-none' | 'changed-claim' | 'too-long';

export interface DeferralOptions {
    readonly onInteraction?: (asked: AskedInteraction) => unknown;
    readonly onClarification?: (question: string, details: ClarificationDetails) => string | undefined | Promise<string | undefined>;
    readonly callback?: string;
    readonly pause?: (seconds: number) => unknown;
}

export { DevOptions } from '@aauth-guard/core/dev'

export { DevResourceOptions } from '@aauth-guard/core/dev'

export interface DownstreamRevocation {
    readonly recipient: string;
    readonly error?: RevocationFault;
}

export interface Draft {
    readonly method: string;
    readonly protocol?: 'http' | 'https';
    readonly authority: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly label: string;
    readonly twin?: string;
    readonly components: readonly Component[];
    readonly params: Readonly<Record<string, BareItem>>;
    readonly scheme: string;
    readonly schemeParams: Readonly<Record<string, BareItem>>;
    readonly key: TestKey;
}

export type ExchangeMisbehaviour = ExchangeMismatchName | 'deny' | 'no-token' | 'not-json' | 'never-answer';

export type ExchangeMismatchName = 'broader-scope' | 'other-account' | 'other-audience' | 'other-issuer' | 'other-key' | 'other-person' | 'other-agent' | 'other-mission' | 'no-mission' | 'longer-life';

export interface FetchOptions extends SignOptions {
    readonly via?: string;
}

export type Generation = 'mission-header' | 'person-token';

export interface Grant extends TokenChanges {
    readonly aud?: string;
    readonly sub?: string;
    readonly scope?: string;
    readonly account?: string;
    readonly tenant?: string;
    readonly mission?: string;
    readonly generation?: Generation;
}

export interface IssuedToken {
    readonly kind: 'agent-token' | 'person-token' | 'auth-token';
    readonly jti: string;
    readonly exp: number;
    readonly aud: string | undefined;
    readonly sub: string | undefined;
    readonly agent: string | undefined;
    readonly person: string | undefined;
    readonly mission: string | undefined;
    readonly issuedOn: readonly TokenName[];
    readonly presentedTo: Set<string>;
}

export type IssuerRole = 'agent-provider' | 'person-server' | 'access-server';

export interface LinkBounds {
    readonly max: number;
}

export interface LinkCheckOptions extends StoreCheckOptions<LinkStore>, StoreClock {
    readonly bounded?: boolean;
}

export interface Listening {
    readonly url: string;
    close(): Promise<void>;
}

export interface LoggedFetch {
    readonly url: string;
    readonly at: number;
}

export type Misbehaviour = 'redirect' | 'not-found' | 'server-error' | 'hang' | 'unreachable' | 'html' | 'not-json' | 'json-array' | 'duplicate-members' | 'huge' | 'endless' | 'content-encoding' | 'no-issuer' | 'other-issuer' | 'issuer-with-slash' | 'no-jwks-uri' | 'foreign-jwks-uri' | 'http-jwks-uri' | 'no-keys' | 'empty-keys' | 'duplicate-kid' | 'no-alg' | 'polymorphic-alg' | 'private-key' | 'encryption-key' | 'small-order-key' | 'unusable-siblings' | 'cache-forever' | 'no-store';

export interface MissionProposal {
    readonly description: string;
    readonly tools?: readonly {
        readonly name: string;
        readonly description?: string;
    }[];
    readonly resources?: readonly string[];
}

export declare class Missions {
    approves: 'at-once' | 'when-asked';
    onlyKnown: boolean;
    lifetime: number | undefined;
    retryAfter: number;
    managers: readonly string[];
    control: 'endpoint' | 'operation' | 'none';
    freshness: number;
    misbehaviour: StatusMisbehaviour | undefined;
    readonly requests: PendingRequests;
    private readonly known;
    private readonly net;
    private readonly issuer;
    constructor(net: World, issuer: MissionIssuer);
    get waiting(): readonly PendingRequest[];
    approve(code: string, approval?: Approval): Promise<void>;
    decline(code: string): Promise<void>;
    begin(agent: {
        readonly id: string;
    } | string, proposal: MissionProposal, person?: string): Promise<TestMission>;
    all(): readonly TestMission[];
    restore(missions: Iterable<TestMission>): void;
    get(s256: string): TestMission | undefined;
    end(s256: string, reason?: string, { revoke, ...options }?: {
        readonly revoke?: boolean;
    } & RevokeOptions): Promise<readonly RevocationOutcome[]>;
    announce(s256: string, { to, via, ...signing }?: {
        readonly to?: string;
    } & RevokeOptions): Promise<Response>;
    assertMissionLive(s256: string, agent: string | undefined): TestMission | undefined;
}

export interface NetworkOptions {
    readonly resource?: string;
    readonly now?: number;
    readonly seed?: string;
    readonly elsewhere?: typeof fetch;
    readonly ids?: 'counted' | 'random';
    readonly keepsKeys?: boolean;
}

export interface PendingRequest {
    readonly id: string;
    readonly code: string;
    readonly about: 'proposal' | 'completion' | ConsentQuestion['about'];
    readonly agent: string;
    readonly description: string;
    readonly consent?: ConsentQuestion;
    readonly visit?: string;
}

export declare class PendingUrlError extends Error {
    readonly name = "PendingUrlError";
    readonly location: string;
    constructor(called: string, location: string);
}

export interface ProposedMission {
    readonly s256: string;
    readonly approver: string;
    readonly blob: Uint8Array<ArrayBuffer>;
}

export interface PushOptions {
    readonly heard?: (condition: () => boolean) => Promise<void>;
}

export interface RecordBounds {
    readonly max: number;
    readonly maxOctets: number;
    readonly maxPerIssuer: number;
    readonly maxPerOwner: number;
}

export interface RecordCheckOptions extends StoreCheckOptions<RecordStore>, StoreClock {
    readonly bounded?: boolean;
}

export interface ReplayBounds {
    readonly max: number;
    readonly maxPerIssuer: number;
    readonly maxPerKey: number;
}

export interface ReplayCheckOptions extends StoreCheckOptions<ReplayStore>, StoreClock {
    readonly bounded?: boolean;
}

export type RevocationBody = {
    readonly jti: string;
    readonly exp: number;
} | {
    readonly jti: string;
} | {
    readonly iss: string;
    readonly jti: string;
};

export interface RevocationBounds {
    readonly max: number;
    readonly maxPerIssuer: number;
}

export interface RevocationCheckOptions extends StoreCheckOptions<RevocationStore>, StoreClock, PushOptions {
    readonly bounded?: boolean;
}

export type RevocationFault = 'revocation_unsupported' | 'revocation_unavailable';

export interface RevocationOutcome {
    readonly token: IssuedToken;
    readonly recipient: string;
    readonly status?: number;
    readonly error?: RevocationFault;
    readonly downstream?: readonly DownstreamRevocation[];
}

export interface RevokeOptions extends ServerSignOptions {
    readonly via?: string;
}

export interface SavedIssuer {
    readonly issued: readonly (Omit<IssuedToken, 'presentedTo'> & {
        readonly presentedTo: readonly string[];
    })[];
    readonly withdrawn: readonly (readonly [TokenName, number])[];
    readonly missions: readonly (Omit<TestMission, 'blob'> & {
        readonly blob: string;
    })[];
}

export interface ServedIssuers {
    readonly origins: Readonly<Record<string, string>>;
    readonly fetch: typeof fetch;
}

export type ServerMistake = AgentMistake | 'omit-content-digest' | 'omit-content-type' | 'swapped-content' | 'unknown-digest' | 'no-id' | 'no-dwk' | 'no-kid' | 'empty-kid' | 'long-kid' | 'number-kid' | 'unpublished-kid' | 'id-with-path' | 'id-with-port' | 'id-of-address' | 'http-id' | 'agent-document' | 'unknown-document' | 'jwt-scheme';

export interface ServerRequest {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
}

export interface ServerSignOptions {
    readonly label?: string;
    readonly cover?: readonly string[];
    readonly params?: Readonly<Record<string, BareItem>>;
    readonly created?: number;
    readonly mistake?: ServerMistake;
}

export interface SignOptions {
    readonly token: string;
    readonly label?: string;
    readonly cover?: readonly string[];
    readonly params?: Readonly<Record<string, BareItem>>;
    readonly created?: number;
    readonly mission?: {
        readonly approver: string;
        readonly s256: string;
    };
    readonly access?: string;
    readonly digest?: boolean;
    readonly mistake?: AgentMistake;
}

export interface SignedMessage {
    readonly method: string;
    readonly url: string;
    readonly target: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly base: string;
}

export interface StatusBounds {
    readonly max: number;
}

export interface StatusCheckOptions extends StoreCheckOptions<StatusStore>, StoreClock {
    readonly bounded?: boolean;
}

export type StatusMisbehaviour = 'other-mission' | 'unknown-status' | 'not-json' | 'huge' | 'hang' | 'hanging-body' | 'server-error' | 'redirect' | 'stale';

export interface StoreCheck {
    readonly name: string;
    readonly run: () => Promise<void>;
}

export interface StoreCheckOptions<Store> {
    readonly peer?: (store: Store) => Store | Promise<Store>;
}

export interface StoreClock {
    readonly now?: () => number | Promise<number>;
    readonly advance?: (seconds: number) => void | Promise<void>;
}

export interface TestClock {
    readonly now: () => number;
    readonly isStopped: boolean;
    set(seconds: number): void;
    advance(seconds: number): void;
    real(): void;
}

export declare class TestIssuer {
    readonly role: IssuerRole;
    readonly id: string;
    key: TestKey;
    generations: readonly Generation[];
    readonly policy: TokenPolicy;
    readonly missions: Missions;
    readonly issued: IssuedTokens;
    readonly withdrawn: WithdrawnTokens;
    private misbehaviour;
    private readonly net;
    private published;
    private rounds;
    constructor(net: World, role: IssuerRole, id: string, key: TestKey);
    misbehave(how: Misbehaviour): void;
    behave(): void;
    rotate({ withdraw }?: {
        readonly withdraw?: boolean;
    }): Promise<void>;
    rekey(): Promise<void>;
    answer(path: string, signal: AbortSignal | undefined): Response | Promise<Response>;
    agentToken(agent: TokenHolder, changes?: TokenChanges): Promise<string>;
    personToken(agent: TokenHolder, grant?: Grant): Promise<string>;
    authToken(agent: TokenHolder, grant?: Grant): Promise<string>;
    sign(typ: string, claims: Readonly<Record<string, unknown>>, changes?: TokenChanges, issuedFor?: IssuedFor): Promise<string>;
    signServer(url: string, request?: ServerRequest, options?: ServerSignOptions): Promise<SignedMessage>;
    revoke(resource: string, revocation: RevocationBody, options?: RevokeOptions): Promise<Response>;
    tokens(): readonly IssuedToken[];
    revokeIssued(which?: TokenSelection, options?: RevokeOptions): Promise<readonly RevocationOutcome[]>;
    private common;
    private person;
    private metadata;
}

export interface TestKey {
    readonly alg: Algorithm;
    readonly kid: string;
    readonly jwk: JWK;
    readonly thumbprint: string;
    sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

export interface TestMission {
    readonly s256: string;
    readonly blob: Uint8Array<ArrayBuffer>;
    readonly agent: string | undefined;
    readonly person?: string | undefined;
    readonly approvedAt: number;
    readonly expiresAt: number | undefined;
    readonly terminatedAt: number | undefined;
    readonly reason: string | undefined;
}

export declare class TestNetwork implements World {
    readonly resource: string;
    readonly clock: TestClock;
    readonly seed: string;
    readonly keepsKeys: boolean;
    readonly fetches: LoggedFetch[];
    readonly agentProvider: TestIssuer;
    readonly personServer: TestIssuer;
    readonly accessServer: TestIssuer;
    private readonly issuers;
    private readonly listening;
    private readonly served;
    private readonly apps;
    private readonly elsewhere;
    private readonly ids;
    private counted;
    private constructor();
    static make(options: NetworkOptions): Promise<TestNetwork>;
    readonly fetch: typeof fetch;
    private answer;
    private fetchServed;
    issuer(role: IssuerRole, id: string, alg?: Algorithm): Promise<TestIssuer>;
    agent({ name, runtime, provider, personServer, alg, }?: AgentOptions): Promise<Agent>;
    listen(app: RequestListener, origin?: string): Promise<Listening>;
    servedAt(authority: string): string | undefined;
    serveIssuers(): Promise<ServedIssuers>;
    close(): Promise<void>;
    nextId(): string;
    private add;
}

export interface TokenChanges {
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly header?: Readonly<Record<string, unknown>>;
    readonly key?: TestKey;
    readonly lifetime?: number;
}

export interface TokenPolicy {
    scopes?: (asked: VerifiedResourceToken) => readonly string[];
    sub?: (resource: string) => string;
    tenant?: string;
    endedMissions?: readonly string[];
    asks?: (question: ConsentQuestion) => boolean | Approval;
    misbehaviour?: ExchangeMisbehaviour;
}

export declare class TokenRefused extends Error {
    readonly name = "TokenRefused";
    readonly status: number;
    readonly code: string | undefined;
    constructor(endpoint: string, status: number, code: string | undefined);
}

export type TokenSelection = Partial<Pick<IssuedToken, 'kind' | 'jti' | 'aud' | 'sub' | 'agent' | 'mission'>>;

export interface TombstoneBounds {
    readonly maxPerServer: number;
}

export interface TombstoneCheckOptions extends StoreCheckOptions<TombstoneStore>, StoreClock, PushOptions {
    readonly reopen?: (store: TombstoneStore) => TombstoneStore | Promise<TombstoneStore>;
    readonly bounded?: boolean;
    readonly listed?: boolean;
}

export declare const agentMistakes: Readonly<Record<AgentMistake, Mistake>>;

export declare function corruptToken(token: string, how: Corruption): string;

export declare const corruptions: Readonly<Record<Corruption, (parts: Parts) => string>>;

export declare function createTestNetwork(options?: NetworkOptions): Promise<TestNetwork>;

export { devOptions } from '@aauth-guard/core/dev'

export declare function dial(origin: string, { method, url, target, headers, body }: SignedMessage): Promise<Response>;

export declare const exchangeMismatches: Readonly<Record<ExchangeMismatchName, (claims: AuthClaims) => Readonly<Record<string, unknown>>>>;

export declare function linkStoreChecks(makeStore: Make, options?: LinkCheckOptions): readonly StoreCheck[];

export declare function listen(app: RequestListener): Promise<Listening>;

export declare function makeKey(seed: string, kid: string, alg: Algorithm): Promise<TestKey>;

export declare const misbehaviours: Readonly<Record<Misbehaviour, Wrong>>;

export declare function recordStoreChecks(makeStore: Make, options?: RecordCheckOptions): readonly StoreCheck[];

export declare function replayStoreChecks(makeStore: Make, options?: ReplayCheckOptions): readonly StoreCheck[];

export declare function restoreIssuer(issuer: TestIssuer, saved: SavedIssuer): void;

export declare function revocationStoreChecks(makeStore: Make, options?: RevocationCheckOptions): readonly StoreCheck[];

export declare function saveIssuer({ issued, withdrawn, missions }: TestIssuer): SavedIssuer;

export declare const serverMistakes: Readonly<Record<ServerMistake, Mistake>>;

export declare function signDraft(draft: Draft): Promise<SignedMessage>;

export declare const statusMisbehaviours: Readonly<Record<StatusMisbehaviour, Wrong>>;

export declare function statusStoreChecks(makeStore: Make, options?: StatusCheckOptions): readonly StoreCheck[];

export declare function toRequest({ method, url, headers, body }: SignedMessage): Request;

export declare function toSignedRequest({ method, url, target, headers, body }: SignedMessage): SignedRequest;

export declare function tombstoneStoreChecks(makeStore: Make, options?: TombstoneCheckOptions): readonly StoreCheck[];
