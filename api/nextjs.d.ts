export type ProtectedHandler<Accept extends TokenKind, Optional extends boolean, Rest extends unknown[], Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never> = (request: NextRequest, auth: Authorized<Accept, Optional, Person, Alternative>, ...rest: Rest) => Response | Promise<Response>;

export type WellKnownRoutes = Readonly<Record<Method, (request: Request) => Promise<Response>>>;

export declare function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(request: Request, kind: Kind, options?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function getCaller(request: Request): Caller | undefined;

export declare function holdCalls(held: HeldEndpoint): (request: NextRequest) => Promise<Response>;

export declare function protect<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never, Rest extends unknown[] = []>(resource: Resource, requirement: Requirement<Accept, Optional, Person, Alternative>, handler: ProtectedHandler<Accept, Optional, Rest, Person, Alternative>, options?: ContentOptions): (request: NextRequest, ...rest: Rest) => Promise<Response>;

export declare function wellKnown(resource: Resource): WellKnownRoutes;
