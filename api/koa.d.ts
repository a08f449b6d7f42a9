export interface GuardOptions extends ContentOptions {
    readonly passErrors?: boolean;
}

export declare function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>({ req }: Pick<Context, 'req'>, kind: Kind, options?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function protect<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional'>(resource: Resource, requirement?: Requirement<Accept, Optional, Person>, options?: GuardOptions): Middleware<{
    aauth: Authorized<Accept, Optional, Person>;
}>;

export declare function requireGrant(load: (ctx: Context) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions & Pick<GuardOptions, 'passErrors'>): Middleware;

export declare function wellKnown(resource: Resource): Middleware;
