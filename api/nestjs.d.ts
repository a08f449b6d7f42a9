export declare class AAuthFilter implements ExceptionFilter {
    catch(error: unknown, host: ArgumentsHost): unknown;
}

export declare class AAuthGuard implements CanActivate {
    #private;
    constructor(protection: Protection);
    canActivate(context: ExecutionContext): Promise<boolean>;
}

export declare class AAuthModule {
    static forRoot(resource: Resource, options?: AAuthModuleOptions): DynamicModule;
    static forRootAsync({ imports, inject, useFactory }: AAuthModuleAsyncOptions): DynamicModule;
}

export interface AAuthModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
    readonly inject?: readonly unknown[];
    readonly useFactory: (...injected: any[]) => AAuthModuleSettings | Promise<AAuthModuleSettings>;
}

export interface AAuthModuleOptions extends GuardOptions {
    readonly requirement?: Requirement<TokenKind>;
    readonly global?: boolean;
}

export interface AAuthModuleSettings extends AAuthModuleOptions {
    readonly resource: Resource;
}

export declare function Auth<Kind extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(kind?: Kind, options?: IdentityOptions<Person>): ParameterOf<AuthFor<Kind, Person>>;

export declare function Caller(): ParameterOf<AnyCaller | undefined>;

export interface FastifyReply {
    readonly raw: ServerResponse;
    code(status: number): unknown;
    headers(fields: Readonly<Record<string, string>>): unknown;
    removeHeader(name: string): unknown;
    send(payload?: unknown): unknown;
}

export interface GuardOptions extends ContentOptions {
    readonly passErrors?: boolean;
}

export type NestRequest = IncomingMessage | {
    readonly raw: unknown;
};

export type NestResponse = ServerResponse | FastifyReply;

export type ParameterOf<Value> = <Target, Key extends keyof Target, Index extends number>(target: Target, key: Key, index: [Value] extends [ParameterAt<Target[Key], Index>] ? Index : never) => void;

export declare function Protect<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(requirement?: Requirement<Accept, boolean, Person>, options?: GuardOptions): ClassDecorator & MethodDecorator;

export declare function Unprotected(): ClassDecorator & MethodDecorator;

export declare function getAuth<Kind extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(request: NestRequest, kind?: Kind, options?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function getCaller(request: NestRequest): Caller | undefined;

export declare function holdCalls(held: HeldEndpoint): (request: NestRequest, response: NestResponse) => Promise<void>;

export declare function requireGrant(load: (context: ExecutionContext) => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>, options?: GrantOptions): CanActivate;

export declare function withinLifetime<Value>(auth: Auth): MonoTypeOperatorFunction<Value>;
