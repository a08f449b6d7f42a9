export type GuardedHandler<Accept extends TokenKind, Optional extends boolean, Rest extends unknown[], Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never> = (request: Request, auth: Authorized<Accept, Optional, Person, Alternative>, ...rest: Rest) => Response | Promise<Response>;

export declare function checkContent(auth: Auth, request: Request, maxContent?: number): Promise<Request>;

export declare function fetchGuard<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never>(resource: Resource, requirement: Requirement<Accept, Optional, Person, Alternative>, options?: ContentOptions): <Rest extends unknown[]>(handler: GuardedHandler<Accept, Optional, Rest, Person, Alternative>) => (request: Request, ...rest: Rest) => Promise<Response>;

export declare function fetchRequest(request: Request): SignedRequest;

export declare function holdCalls(held: HeldEndpoint): (request: Request) => Promise<Response>;

export declare function readContent(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>>;

export declare function withoutMissionHeader(request: Request): Request;
