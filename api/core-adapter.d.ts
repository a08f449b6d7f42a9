export type ContentBinding = 'uncovered' | 'unchecked' | 'checked';

export interface ContentOptions {
    readonly maxContent?: number;
}

export interface HeldEndpoint {
    readonly resource: Resource;
    answer(request: SignedRequest, readContent: (limit: number) => Promise<Uint8Array>): Promise<Answer>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface MemoryStores {
    readonly revocations: RevocationMemory;
    readonly tombstones: TombstoneMemory;
    readonly replays: ReplayStore;
}

export declare const Stamp: new (target: object) => object;

export type Standing = 'granted' | 'grantable' | 'refused';

export declare function accessFieldsFor(caller: Caller | undefined): readonly (readonly [name: string, value: string])[];

export declare function answerRoutes(resource: Resource, request: SignedRequest, readContent: (limit: number) => Promise<Uint8Array>): Promise<Answer | undefined>;

export declare function answerWellKnown(resource: Resource, method: string, target: string): Promise<Answer | undefined>;

export declare function asAuth(caller: Caller | undefined): Auth | undefined;

export declare function asksPerson({ check }: {
    readonly check?: AnyRequirement['check'] | undefined;
}): boolean;

export declare function assertContentChecked(auth: Auth, remedy: string): void;

export declare function assertHeldEndpoint(held: HeldEndpoint): void;

export declare function assertStillAccepted(auth: Auth): Promise<void>;

export declare function authorizeNow(resource: Resource, request: SignedRequest, requirement: AnyRequirement, options?: AuthorizeOptions): Caller | undefined | Promise<Caller | undefined>;

export declare function bindContent(auth: Auth, read: () => Promise<Uint8Array | undefined>, remedy?: string): Promise<void>;

export declare function bindDigests(auth: Auth, digestOf: (algorithm: DigestAlgorithm) => Uint8Array): Promise<void>;

export declare function contentBinding(auth: Auth): ContentBinding;

export declare function hasListedIssuer(auth: Auth): boolean;

export declare function memoryStores({ now, limits, }?: {
    readonly now?: () => number;
    readonly limits?: Partial<Limits>;
}): MemoryStores;

export declare function parseJsonObject(bytes: Uint8Array, maxValues?: number): JsonObject | undefined;

export declare function passesPreflight(resource: Resource, request: SignedRequest): boolean;

export declare function privateFieldsFor(resource: Resource, requirement: AnyRequirement): readonly (readonly [name: string, value: string])[];

export declare function readCaller(caller: Caller | undefined, remedy: string): Caller | undefined;

export declare function readIdentity<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(caller: Caller | undefined, kind: Kind, remedy: string, { person }?: IdentityOptions<Person>): AuthFor<Kind, Person>;

export declare function standingOf(auth: Auth, requirement: AnyRequirement, resource?: Resource): Promise<Standing>;

export declare function strippedPrefixOf(resource: Resource): string;

export declare function validateGuardOptions<Options extends AnyGuardOptions>(options: Options, names: readonly (keyof Options & string)[]): Options & Required<AnyGuardOptions>;

export declare function validateRequirement(resource: Resource, requirement: AnyRequirement): void;
