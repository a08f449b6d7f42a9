export type AccountOf = (personKey: string) => string | undefined | Promise<string | undefined>;

export interface AnsweredQuestion {
    readonly question: string;
    readonly answer: string | undefined;
}

export interface Arriving {
    readonly person: string;
    readonly callback?: string | undefined;
}

export type AskedBy = 'interaction' | 'approval' | 'person-server';

export interface Asking extends Deciding {
    readonly question: string;
    readonly options?: readonly string[] | undefined;
    readonly timeout?: number | undefined;
}

export interface Completing extends Deciding {
    readonly scopes?: string | readonly string[];
    readonly lifetime?: number | undefined;
}

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
    readonly owner: string;
    readonly scopes: readonly string[];
    readonly end: number;
}

export type Decided = {
    readonly outcome: 'completed';
    readonly consent: string;
    readonly scopes: readonly string[];
    readonly callback: string | undefined;
} | {
    readonly outcome: 'denied' | 'abandoned' | 'expired' | 'ended';
    readonly callback: string | undefined;
};

export interface Deciding {
    readonly person: string;
}

export interface HeldCall {
    readonly method: string;
    readonly target: string;
    readonly path: string;
    readonly query: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
    readonly auth: PersonTokenAuth;
    readonly key: string;
}

export interface HeldClaim {
    readonly iss: string;
    readonly jti: string;
    readonly exp: number;
}

export interface HeldResult {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
}

export interface Hold extends HeldEndpoint {
    recordOutcome(id: string, result: HeldResult): Promise<boolean>;
}

export interface HoldOptions {
    readonly idempotent?: boolean;
    readonly onUnknown?: (outcome: UnknownOutcome) => unknown;
    readonly durability?: 'lossy';
    readonly fields?: readonly string[];
    readonly maxResult?: number;
    readonly perCall?: PerCallOptions;
}

export interface InteractionOptions {
    readonly url: string;
    readonly accountOf?: AccountOf;
}

export interface InteractionPage {
    redeemCode(code: string, by: Redeeming): Promise<PageRequest>;
    openReference(reference: string, by: Arriving): Promise<PageRequest>;
    read(handle: string, by: Deciding): Promise<PageRequest>;
    ask(handle: string, by: Asking): Promise<void>;
    complete(handle: string, by: Completing): Promise<Decided>;
    deny(handle: string, by: Deciding): Promise<Decided>;
    abandon(handle: string, by: Deciding): Promise<Decided>;
}

export interface InteractionRequirement<Verified extends Auth = Auth> {
    readonly scope: string | readonly string[];
    readonly by?: AskedBy;
    readonly lifetime?: number;
    readonly consentOf?: (auth: Verified, request: RoutedRequest) => string | undefined | Promise<string | undefined>;
    readonly notify?: (waiting: WaitingRequest) => void | Promise<void>;
}

export interface ManagedOptions {
    readonly sealingKeys?: readonly SealingKey[];
    readonly interaction?: InteractionOptions;
}

export interface PageRequest {
    readonly handle: string;
    readonly route: string;
    readonly scopes: readonly {
        readonly scope: string;
        readonly description: string;
    }[];
    readonly agent: {
        readonly id: string;
        readonly provider: string;
    } | undefined;
    readonly owner: string;
    readonly thumbprint: string;
    readonly personServer: string | undefined;
    readonly personKey: string | undefined;
    readonly mission: Mission | undefined;
    readonly since: number;
    readonly expires: number;
    readonly answersQuestions: boolean;
    readonly questions: readonly AnsweredQuestion[];
    readonly callback: string | undefined;
}

export interface PerCallOptions {
    readonly operation: (call: ProposedCall) => Readonly<Record<string, unknown>>;
    readonly parameters?: (call: ProposedCall) => string;
    readonly propose: (call: ProposedCall) => Proposal | Promise<Proposal>;
    readonly find: (s256: string) => string | undefined | Promise<string | undefined>;
}

export interface Proposal {
    readonly uri: string;
    readonly document: string;
}

export type ProposedCall = Omit<HeldCall, 'key'>;

export interface Redeeming extends Arriving {
    readonly source?: string | undefined;
    readonly reference?: string | undefined;
}

export type RunHeld = (call: HeldCall) => HeldResult | Promise<HeldResult>;

export interface SealingKey {
    readonly kid: string;
    readonly key: Uint8Array | string;
}

export interface UnknownOutcome {
    readonly id: string;
    readonly route: string;
    readonly method: string;
    readonly target: string;
    readonly account: string | null;
    readonly token: HeldClaim;
    readonly since: number;
}

export interface WaitingRequest {
    readonly reference: string;
    readonly route: string;
    readonly scopes: readonly string[];
    readonly personKey: string | undefined;
}

export declare function createConsent(resource: Resource, auth: Auth, options: ConsentOptions): Promise<ConsentSummary>;

export declare function findStandingConsent(resource: Resource, auth: Auth): Promise<ConsentSummary | undefined>;

export declare function grantSession(resource: Resource, auth: Auth, consent: string): Promise<string | undefined>;

export declare function hold(resource: Resource, requirement: Requirement<'auth-token', false>, run: RunHeld, options?: HoldOptions): Hold;

export declare function interactionPage(resource: Resource): InteractionPage;

export declare function managedAccess(options?: ManagedOptions): ManagedAccessFactory;

export declare function narrowConsent(resource: Resource, consent: string, scope: string | readonly string[]): Promise<ConsentSummary | undefined>;

export declare function readConsentData(resource: Resource, auth: Auth): Promise<ConsentData | undefined>;

export declare function refreshConsentData(resource: Resource, auth: Auth, seen: ConsentData, refresh: () => string | Promise<string>): Promise<ConsentData>;

export declare function requireInteraction<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(resource: Resource, requirement: Requirement<Accept, false, Person, never>, interaction: InteractionRequirement<AuthFor<Accept, Person>>): Requirement<Accept, false, Person, never>;
