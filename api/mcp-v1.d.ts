export type HandlerV1 = (request: RequestV1, response: ServerResponse, next: (error?: unknown) => void) => void;

export interface RequestV1 extends IncomingMessage {
    auth?: AuthInfo;
    body?: unknown;
}

export declare function protectMcp(resource: Resource, options: McpOptions): HandlerV1;
