export interface TelemetryOptions {
    readonly identity?: boolean;
    readonly meterProvider?: MeterProvider;
}

export declare function telemetry(options?: TelemetryOptions): ResourceListeners;
