export interface AAuthExtra extends Record<string, unknown> {
    readonly aauth: Auth | undefined;
    readonly other?: OtherCaller;
}

export interface AAuthInfo {
    readonly token: 'aauth';
    readonly clientId: string;
    readonly scopes: string[];
    readonly expiresAt?: number;
    readonly resource: URL;
    readonly extra: AAuthExtra;
}

export type ListMode = 'granted' | 'grantable' | 'all';

export interface McpEntry extends McpRequirement {
    readonly hidden?: boolean;
}

export interface McpOptions {
    readonly tools?: Readonly<Record<string, McpTool>>;
    readonly resources?: Readonly<Record<string, McpEntry>>;
    readonly prompts?: Readonly<Record<string, McpEntry>>;
    readonly methods?: Readonly<Record<string, McpRequirement>>;
    readonly connect?: McpRequirement;
    readonly list?: ListMode;
    readonly sessions?: SessionOptions;
    readonly sealingKey?: Uint8Array;
    readonly now?: () => number;
}

export interface McpRequirement extends Omit<AnyRequirement, 'name' | 'optional' | 'tool' | 'check'> {
    readonly check?: (auth: Auth, request: RoutedRequest) => boolean | Promise<boolean>;
}

export interface McpTool extends McpEntry {
    readonly tool?: boolean | string;
    readonly unsignedArguments?: boolean;
}

export interface SessionOptions {
    readonly perCaller?: number;
    readonly total?: number;
    readonly idle?: number;
    readonly classPolicy?: ClassPolicy;
    readonly onIdle?: (sessionId: string) => void;
}

export interface ToolContext {
    readonly authInfo?: {
        readonly extra?: Readonly<Record<string, unknown>>;
    } | undefined;
    readonly http?: ToolContext | undefined;
}

export declare function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(context: ToolContext, kind: Kind, options?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function stepUpTool(resource: Resource, auth: Auth, wanted: StepUp): never;
