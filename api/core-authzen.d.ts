export interface AuthzenCheck {
    (auth: Auth, request: RoutedRequest): Promise<boolean>;
    action(name: string): AuthzenCheck;
}

export interface AuthzenOptions {
    readonly pdp: string;
    readonly http?: boolean;
    readonly timeout?: number;
    readonly credential?: string | (() => string | Promise<string>);
    readonly map?: (evaluation: EvaluationRequest, auth: Auth, request: RoutedRequest) => EvaluationRequest | Promise<EvaluationRequest>;
    readonly cache?: number;
    readonly fetch?: typeof fetch;
}

export interface EvaluationEntity {
    readonly type: string;
    readonly id: string;
    readonly properties?: EvaluationProperties;
}

export type EvaluationProperties = Readonly<Record<string, unknown>>;

export interface EvaluationRequest {
    readonly subject: EvaluationEntity;
    readonly action: {
        readonly name: string;
        readonly properties?: EvaluationProperties;
    };
    readonly resource: EvaluationEntity;
    readonly context?: EvaluationProperties;
}

export declare function authzen(options: AuthzenOptions): AuthzenCheck;
