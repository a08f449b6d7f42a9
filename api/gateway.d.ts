export interface Configuration {
    readonly path: string;
    readonly resource: ResourceOptions;
    readonly missions: MissionsSetting | undefined;
    readonly routes: readonly Route[];
    readonly upstreams: readonly Upstream[];
    readonly limits: ProxyLimits;
    readonly listen: ListenAddress;
    readonly admin: ListenAddress | undefined;
    readonly assertionKey: Jwk | undefined;
    readonly stores: StoresSetting;
    readonly forwardAuth: {
        readonly listen: ListenAddress;
        readonly secret: string;
    } | undefined;
    readonly extAuthz: {
        readonly listen: string;
        readonly secret: string;
    } | undefined;
    readonly warnings: readonly string[];
    fault(where: {
        readonly option?: string;
        readonly route?: Route;
    }, message: string): Error;
}

export declare class ConfigurationError extends Error {
    readonly name = "ConfigurationError";
}

export type DigestCheck = 'buffer' | 'stream' | 'upstream';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ExtAuthz {
    listen(address: string): Promise<string>;
    close(): Promise<void>;
}

export interface ExtAuthzOptions {
    readonly plan: () => Plan;
    readonly assertions: AssertionSigner;
    readonly secret: string;
    readonly maxMessage?: number;
    readonly onRefused?: (refusal: GatewayRefusal) => void;
    readonly onCheck?: (plan: Plan) => () => void;
}

export interface ForwardAuthOptions {
    readonly plan: () => Plan;
    readonly assertions: AssertionSigner;
    readonly secret: string;
    readonly onRefused?: (refused: ForwardRefusal) => void;
}

export interface ForwardRefusal {
    readonly code: GatewayCode;
    readonly hint: string;
    readonly method: string;
    readonly path: string;
}

export type Found = {
    readonly outcome: 'route';
    readonly route: Route;
    readonly target: string;
}
 | {
    readonly outcome: 'none';
} | {
    readonly outcome: 'method';
    readonly allowed: readonly string[];
}
 | {
    readonly outcome: 'ambiguous';
    readonly hint: string;
};

export interface Gateway {
    readonly urls: {
        readonly public: string;
        readonly admin?: string;
        readonly console?: string;
        readonly forwardAuth?: string;
        readonly extAuthz?: string;
    };
    reload(): Promise<boolean>;
    close(): Promise<void>;
}

export interface GatewayCommand {
    readonly words: readonly string[];
    readonly check: boolean;
    readonly json: boolean;
    readonly afterLoss: boolean;
    readonly env: Environment;
    print(text: string): void;
    say(text: string): void;
}

export interface GatewayOptions {
    readonly path: string;
    readonly env?: Environment;
    readonly log?: (line: string) => void;
}

export interface ListenAddress {
    readonly host: string;
    readonly port: number;
}

export interface MissionsSetting {
    readonly control: boolean;
    readonly announcements: boolean;
    readonly linkedKeys: number | undefined;
}

export interface Plan {
    readonly resource: Resource;
    readonly table: RouteTable;
    readonly limits: ProxyLimits;
}

export interface ProxyLimits {
    readonly connections: number;
    readonly requests: number;
    readonly requestsPerCaller: number;
    readonly maxContent: number;
    readonly headersTimeout: number;
    readonly requestTimeout: number;
    readonly connectTimeout: number;
    readonly answerTimeout: number;
    readonly idleTimeout: number;
    readonly tunnels: number;
    readonly tunnelsPerCaller: number;
    readonly upstreamConnections: number;
    readonly heldContent: number;
    readonly watchAfter: number;
    readonly closeDelay: number;
    readonly closeTimeout: number;
}

export type RecipeKind = 'nginx' | 'caddy' | 'traefik';

export interface RecipePlace {
    readonly listen?: {
        readonly address?: string;
        readonly port: number;
    };
    readonly tls?: {
        readonly certificate: string;
        readonly key: string;
    } | null;
    readonly secretFile?: string;
}

export interface RecipeSettings {
    readonly resource: {
        readonly issuer: string;
        readonly authorities?: readonly string[];
    };
    readonly listen: RecipeAddress;
    readonly forwardAuth: {
        readonly listen: RecipeAddress;
    } | undefined;
    readonly routes: readonly Route[];
    readonly limits: {
        readonly maxContent: number;
    };
}

export interface Route {
    readonly name: string;
    readonly path: string;
    readonly methods: readonly string[] | undefined;
    readonly requirement: Requirement<TokenKind>;
    readonly upstream: Upstream;
    readonly cutPrefix: string;
    readonly addPrefix: string;
    readonly pass: readonly ('authorization' | 'cookie')[];
    readonly passNames: readonly string[];
    readonly digest: DigestCheck;
    readonly maxContent: number;
    readonly upgrade: boolean;
    readonly encodedSlash: boolean;
}

export interface RouteTable {
    readonly routes: readonly Route[];
    find(method: string, target: string): Found;
}

export type StoresSetting = {
    readonly kind: 'memory';
} | {
    readonly kind: 'redis' | 'postgres';
    readonly url: string;
};

export interface Upstream {
    readonly name: string;
    readonly origin: UpstreamOrigin;
}

export type UpstreamOrigin = {
    readonly protocol: 'http:' | 'https:';
    readonly hostname: string;
    readonly port: number;
} | {
    readonly protocol: 'http:';
    readonly socketPath: string;
};

export declare function compileRoutes(routes: readonly Route[]): RouteTable;

export declare function configurationSchema(): Readonly<Record<string, unknown>>;

export declare function createExtAuthz(options: ExtAuthzOptions): ExtAuthz;

export declare const defaultProxyLimits: ProxyLimits;

export declare function forwardAuthHandler({ plan, assertions, secret, onRefused, }: ForwardAuthOptions): RequestListener;

export declare const forwardListenerOptions: ServerOptions;

export declare function readConfiguration(text: string, path: string, env: Environment): Configuration;

export declare function recipe(kind: RecipeKind, settings: RecipeSettings, place?: RecipePlace): string;

export declare function runGateway(command: GatewayCommand): Promise<number>;

export declare function startGateway({ path, env, log, }: GatewayOptions): Promise<Gateway>;
