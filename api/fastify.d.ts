export type GuardHook = (request: HookRequest, reply: HookReply, done: HookHandlerDoneFunction) => void;

export interface GuardOptions extends ContentOptions {
    readonly passErrors?: boolean;
}

export interface HeldRouteOptions {
    readonly onRequest: GuardHook;
    readonly handler: () => never;
    readonly config: {
        readonly aauth: false;
    };
}

export interface HookReply {
    readonly raw: RawReplyDefaultExpression<RawServerBase>;
    code(status: number): unknown;
    headers(fields: Readonly<Record<string, string>>): unknown;
    removeHeader(name: string): unknown;
    send(payload?: unknown): unknown;
}

export interface HookRequest {
    readonly raw: RawRequestDefaultExpression<RawServerBase>;
}

export declare function aauth(resource: Resource, fallback?: Requirement<TokenKind>, options?: GuardOptions): FastifyPluginAsync;

export declare function answerRefusals(error: unknown, _request: HookRequest, reply: HookReply): void;

export declare function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>({ raw }: HookRequest, kind: Kind, options?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function getCaller({ raw }: HookRequest): Caller | undefined;

export declare function holdCalls(held: HeldEndpoint): HeldRouteOptions;

export declare function protect<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(resource: Resource, requirement?: Requirement<Accept, boolean, Person>, options?: GuardOptions): GuardHook;

export declare function requireGrant(load: (request: FastifyRequest) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions & Pick<GuardOptions, 'passErrors'>): GuardHook;

export declare function wellKnown(resource: Resource): GuardHook;
