export interface GuardedMessage {
    readonly message: IncomingMessage;
    readonly response: ServerResponse;
    readonly request: SignedRequest;
}

export interface IdentitySlot {
    readonly remedy: string;
    fill(message: IncomingMessage, caller: Caller | undefined): void;
    read<Kind extends TokenKind, Person extends PersonNeed>(message: IncomingMessage, kind: Kind, options: IdentityOptions<Person>): AuthFor<Kind, Person>;
    readCaller(message: IncomingMessage): Caller | undefined;
    peek(message: IncomingMessage): Auth | undefined;
    callerOf(message: IncomingMessage): Caller | undefined;
    show(target: object, property: string, caller: Caller, enumerable: boolean): void;
}

export interface MessageGuard {
    readonly resource: Resource;
    readonly requirement: AnyRequirement;
    readonly slot: IdentitySlot;
    readonly maxContent: number;
    readonly parse?: (() => Promise<unknown>) | undefined;
}

export interface PassedMessage {
    readonly auth: Auth | undefined;
    readonly caller: Caller | undefined;
    readonly fault: unknown;
}

export declare function bufferContent(message: IncomingMessage, limit: number): Promise<Uint8Array | undefined>;

export declare function createIdentitySlot(remedy: string): IdentitySlot;

export declare function dropRepresentation(res: ServerResponse): void;

export declare function guardMessage(guarded: GuardedMessage, guard: MessageGuard): PassedMessage | Promise<PassedMessage>;

export declare const guardedFetch: typeof fetch | undefined;

export declare function keepPrivate(res: ServerResponse, fields?: typeof privateFields): void;

export declare function passPreflight(resource: Resource, { message, response, request }: GuardedMessage): boolean;

export declare function readContent(message: IncomingMessage, limit: number, remedy?: string): Promise<Uint8Array>;

export declare function refuseUpgrade(socket: Duplex, error: unknown): Promise<void>;

export declare function rememberContent(message: IncomingMessage, content: Uint8Array): void;

export declare function removeHeaders(message: IncomingMessage, names: readonly string[]): void;

export declare function removeMissionHeader(message: IncomingMessage): void;

export declare function sendNoContent(res: ServerResponse): void;

export declare function signedRequest(message: IncomingMessage & {
    readonly originalUrl?: string;
}, target?: () => string): SignedRequest;

export declare function verifyUpgrade<Accept extends TokenKind = 'auth-token', Optional extends boolean = false, Person extends PersonNeed = 'optional', Alternative extends AlternativeCredential = never>(resource: Resource, message: IncomingMessage, requirement?: Requirement<Accept, Optional, Person, Alternative>): Promise<Authorized<Accept, Optional, Person, Alternative>>;
