export type AllowConsole = (request: Request, context?: unknown) => boolean | Promise<boolean>;

export interface Console {
    handle(request: Request, context?: unknown): Promise<Response>;
    close(): void;
}

export type ConsoleDecision = DecisionEvent & {
    readonly explanation: DecisionExplanation;
};

export interface ConsoleMission {
    readonly now: number;
    readonly mission: Mission;
    readonly outstanding: OutstandingTokens;
    readonly decisions: readonly ConsoleDecision[];
}

export interface ConsoleOptions {
    readonly resource: Resource;
    readonly allow: AllowConsole;
}

export interface ConsolePoint extends ConsoleTotals {
    readonly t: number;
    readonly p50: number | null;
    readonly p99: number | null;
}

export type ConsolePointEvent = ConsolePoint & {
    readonly routes: Readonly<Record<string, ConsoleTotals>>;
    readonly codes: Readonly<Record<string, number>>;
};

export interface ConsoleRoute extends ConsoleTotals {
    readonly p50: number | null;
    readonly p99: number | null;
}

export interface ConsoleSeries {
    readonly from: number;
    readonly step: number;
    readonly points: readonly ConsolePoint[];
    readonly routes: Readonly<Record<string, ConsoleRoute>>;
    readonly codes: Readonly<Record<string, number>>;
}

export interface ConsoleState {
    readonly type: 'aauth.console.v1';
    readonly startedAt: number;
    readonly now: number;
    readonly lastEventId: number;
    readonly sampled: {
        readonly shown: number;
        readonly of: number;
    };
    readonly snapshot: ResourceSnapshot;
    readonly decisions: readonly ConsoleDecision[];
    readonly happenings: readonly ResourceEvent[];
    readonly series: ConsoleSeries;
}

export interface ConsoleTotals {
    readonly accepted: number;
    readonly challenged: number;
    readonly refused: number;
    readonly failed: number;
}

export interface DecisionExplanation {
    readonly why: string;
    readonly agent: string;
    readonly operator: string;
}

export type Goodbye = 'renew' | 'slow' | 'closing' | 'full';

export declare function createConsole(options: ConsoleOptions): Console;
