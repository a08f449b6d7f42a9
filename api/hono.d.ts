export interface GuardOptions extends ContentOptions {
    readonly passErrors?: boolean;
}

export declare function getCaller(c: Context): Caller | undefined;

export declare function holdCalls(held: HeldEndpoint): Handler;

export declare function protect<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never>(resource: Resource, requirement?: Requirement<Accept, Optional, Person, Alternative>, options?: GuardOptions): MiddlewareHandler<{
    Variables: {
        aauth: Authorized<Accept, Optional, Person, Alternative>;
    };
}>;

export declare function requireGrant(load: (c: Context) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions & Pick<GuardOptions, 'passErrors'>): MiddlewareHandler;

export declare function wellKnown(resource: Resource): MiddlewareHandler;
