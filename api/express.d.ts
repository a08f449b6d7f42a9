export interface GuardOptions extends ContentOptions {
    readonly passErrors?: boolean;
    readonly parser?: RequestHandler;
}

export type ProtectHandler = <P, ResBody, ReqBody, Query, Locals extends Record<string, unknown>>(req: Request<P, ResBody, ReqBody, Query, Locals>, res: Response<ResBody, Locals>, next: NextFunction) => void;

export declare function answerRefusals(): ErrorRequestHandler;

export declare function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(req: IncomingMessage, kind: Kind, options?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function getCaller(req: IncomingMessage): Caller | undefined;

export declare function holdCalls(held: HeldEndpoint): RequestHandler;

export declare function protect<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(resource: Resource, requirement?: Requirement<Accept, boolean, Person>, options?: GuardOptions): ProtectHandler;

export declare function requireGrant(load: (req: Request) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions & Pick<GuardOptions, 'passErrors'>): ProtectHandler;

export declare function verifyDigest(req: IncomingMessage, _res: ServerResponse, content: Buffer): void;

export declare function wellKnown(resource: Resource): RequestHandler;
