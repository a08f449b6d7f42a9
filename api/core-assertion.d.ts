export interface AnonymousAssertion extends Asserted {
    readonly caller: 'anonymous';
    readonly sub?: undefined;
    readonly auth: null;
}

export type AssertedRequest = {
    readonly method?: string | undefined;
    readonly url?: string | undefined;
    readonly originalUrl?: string | undefined;
    readonly rawHeaders: readonly string[];
} | {
    readonly method: string;
    readonly target: string;
    readonly headerLines: readonly string[];
};

export type Assertion = VerifiedAssertion | AnonymousAssertion;

export interface AssertionClaims {
    readonly audience: string;
    readonly method: string;
    readonly target: string;
    readonly caller: Caller | undefined;
    readonly content: AssertionContent;
    readonly digest?: string | undefined;
}

export type AssertionContent = 'none' | 'verified' | 'unverified' | 'unsigned' | 'upstream';

export interface AssertionKeys {
    readonly url: string;
}

export interface AssertionKeysOptions {
    readonly url: string;
    readonly http?: boolean;
    readonly timeout?: number;
    readonly fetch?: typeof fetch;
    readonly now?: () => number;
}

export interface AssertionMemory {
    remember(jti: string, until: number): boolean | Promise<boolean>;
}

export interface AssertionMemoryOptions {
    readonly entries?: number;
    readonly now?: () => number;
}

export type AssertionRefusedCode = 'missing' | 'duplicate' | 'malformed' | 'wrong_type' | 'wrong_algorithm' | 'wrong_issuer' | 'wrong_audience' | 'wrong_time' | 'wrong_method' | 'wrong_target' | 'incomplete' | 'unknown_key' | 'wrong_signature' | 'already_used' | 'keys_unavailable' | 'memory_full';

export declare class AssertionRefusedError extends Error {
    readonly name = "AssertionRefusedError";
    readonly code: AssertionRefusedCode;
    readonly status: 403 | 503;
    constructor(code: AssertionRefusedCode, message: string);
}

export interface AssertionSigner {
    readonly keys: string;
    sign(claims: AssertionClaims): Promise<string>;
}

export interface AssertionSignerOptions {
    readonly issuer: string;
    readonly key: JWK;
    readonly now?: () => number;
}

export interface VerifiedAssertion extends Asserted {
    readonly caller: 'verified';
    readonly sub?: string;
    readonly auth: Auth | OtherCaller;
}

export interface VerifyAssertionOptions {
    readonly keys: AssertionKeys;
    readonly issuer: string;
    readonly audience: string;
    readonly once?: AssertionMemory;
    readonly now?: () => number;
}

export declare const assertionHeader = "AAuth-Guard-Assertion";

export declare function createAssertionKeys(given: AssertionKeysOptions): AssertionKeys;

export declare function createAssertionMemory(given?: AssertionMemoryOptions): AssertionMemory;

export declare function createAssertionSigner(given: AssertionSignerOptions): AssertionSigner;

export declare function verifyAssertion(request: AssertedRequest, options: VerifyAssertionOptions): Promise<Assertion>;
