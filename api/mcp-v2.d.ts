export type ServerV2 = {
    readonly fetch: ServeV2;
} | ServeV2;

export declare function protectMcp(resource: Resource, server: ServerV2, options: McpOptions): (request: Request) => Promise<Response>;
