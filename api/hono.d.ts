export interface GuardOptions extends ContentOptions {
    readonly passErrors?: boolean;
}

export declare function protect<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional'>(resource: Resource, requirement?: Requirement<Accept, Optional, Person>, options?: GuardOptions): MiddlewareHandler<{
    Variables: {
        aauth: Authorized<Accept, Optional, Person>;
    };
}>;

export declare function requireGrant(load: (c: Context) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions & Pick<GuardOptions, 'passErrors'>): MiddlewareHandler;

export declare function wellKnown(resource: Resource): MiddlewareHandler;
