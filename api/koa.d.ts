export interface GuardOptions extends ContentOptions {
    readonly passErrors?: boolean;
}

export declare function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>({ req }: Pick<Context, 'req'>, kind: Kind, options?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function getCaller({ req }: Pick<Context, 'req'>): Caller | undefined;

export declare function holdCalls(held: HeldEndpoint): Middleware;

export declare function protect<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never>(resource: Resource, requirement?: Requirement<Accept, Optional, Person, Alternative>, options?: GuardOptions): Middleware<{
    aauth: Authorized<Accept, Optional, Person, Alternative>;
}>;

export declare function requireGrant(load: (ctx: Context) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions & Pick<GuardOptions, 'passErrors'>): Middleware;

export declare function wellKnown(resource: Resource): Middleware;
