export interface AtAccessServer extends HandedTokens {
    readonly role: 'access-server';
    readonly recipient: string;
    readonly personServer: string | undefined;
}

export interface AtAgent extends HandedTokens {
    readonly role: 'agent';
    readonly resource: string;
    readonly requestKey: string;
    readonly personServer: string | undefined;
}

export interface AtPersonServer extends HandedTokens {
    readonly role: 'person-server';
    readonly recipient: string;
    readonly requestKey: string;
}

export interface Exchange {
    readonly resourceToken: VerifiedResourceToken;
    readonly authToken: string;
    readonly issuers: Issuers;
}

export declare class ExchangeError extends Error {
    readonly name = "ExchangeError";
    readonly code: ExchangeErrorCode;
    readonly status = 400;
    constructor(code: ExchangeErrorCode, hint: string, cause?: unknown);
}

export type ExchangeErrorCode = 'invalid_request' | 'clock_skew' | `${'invalid' | 'expired' | 'revoked'}_${TokenParameter}_token` | ExchangeMismatch;

export type ExchangeMismatch = 'issuer_not_audience' | 'audience_not_issuer' | 'key_changed' | 'scope_broadened' | 'account_changed' | 'person_changed' | 'tenant_changed' | 'mission_changed' | 'agent_changed' | 'generation_changed' | 'lifetime_exceeded';

export interface HandedTokens {
    readonly issuers: Issuers;
    readonly agentToken: string;
    readonly presentedToken?: string | undefined;
    readonly subagentToken?: string | undefined;
    readonly upstreamToken?: string | undefined;
    readonly accessServers?: readonly string[] | undefined;
}

export interface InteractionClaim {
    readonly url: string;
    readonly code: string;
}

export declare class Issuers {
    #private;
    readonly now: () => number;
    readonly generations: ReadonlySet<Generation>;
    constructor({ fetch: injected, now, named, generations, isRevoked }: IssuersOptions);
    close(): void;
    verifyJws(jws: UntrustedJws, iss: string, dwk: WellKnownDocument, legacy: boolean): Promise<void>;
    refuseRevoked({ iss, jti }: {
        iss: string;
        jti: string;
    }, parameter: TokenParameter): Promise<void>;
    verifyParameter(text: string, parameter: TokenParameter, aud: string | undefined): Promise<VerifiedParameter>;
}

export interface IssuersOptions {
    readonly fetch?: typeof fetch;
    readonly now?: () => number;
    readonly named?: readonly string[];
    readonly isRevoked?: (iss: string, jti: string) => boolean | Promise<boolean>;
    readonly generations?: readonly Generation[];
}

export interface ResourceTokenClaims extends ResourceSubject {
    readonly generation: Generation;
    readonly iss: string;
    readonly aud: string;
    readonly jti: string;
    readonly iat: number;
    readonly exp: number;
    readonly agentJkt: string;
    readonly scopes: readonly string[];
    readonly account: string | undefined;
    readonly loginHint: string | undefined;
    readonly interaction: InteractionClaim | undefined;
}

export type ResourceTokenContext = AtPersonServer | AtAccessServer | AtAgent;

export type TokenParameter = 'resource' | 'presented' | 'agent' | 'subagent' | 'upstream' | 'auth';

export interface VerifiedParameter {
    readonly claims: VerifiedClaims;
    readonly jkt: string;
    readonly jwk: JsonObject;
    readonly aud: string | undefined;
}

export interface VerifiedResourceToken extends ResourceTokenClaims {
    readonly verified: true;
    readonly forwards: boolean;
    readonly jwk: JsonObject;
    readonly latestExp: number;
}

export declare function createIssuers(options?: IssuersOptions): Issuers;

export declare function verifyExchange({ resourceToken: asked, authToken, issuers, }: Exchange): Promise<VerifiedClaims>;

export declare function verifyResourceToken(token: string, context: ResourceTokenContext): Promise<VerifiedResourceToken>;
