export type AccountOf = (personKey: string) => string | undefined | Promise<string | undefined>;

export interface AnsweredQuestion {
    readonly question: string;
    readonly answer: string | undefined;
}

export interface Arriving {
    readonly person: string;
    readonly callback?: string | undefined;
}

export type AskedBy = 'interaction' | 'approval';

export interface Asking extends Deciding {
    readonly question: string;
    readonly options?: readonly string[] | undefined;
    readonly timeout?: number | undefined;
}

export interface Completing extends Deciding {
    readonly scopes?: readonly string[] | undefined;
    readonly lifetime?: number | undefined;
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

export interface Redeeming extends Arriving {
    readonly source?: string | undefined;
    readonly reference?: string | undefined;
}

export interface SealingKey {
    readonly kid: string;
    readonly key: Uint8Array | string;
}

export interface WaitingRequest {
    readonly reference: string;
    readonly route: string;
    readonly scopes: readonly string[];
    readonly personKey: string | undefined;
}

export declare function interactionPage(resource: Resource): InteractionPage;

export declare function managedAccess(options?: ManagedOptions): ManagedAccessFactory;

export declare function requireInteraction<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(resource: Resource, requirement: Requirement<Accept, false, Person, never>, interaction: InteractionRequirement<AuthFor<Accept, Person>>): Requirement<Accept, false, Person, never>;
