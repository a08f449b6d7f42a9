export interface ConsoleServer {
    readonly url: string;
    close(): Promise<void>;
}

export interface ConsoleServerOptions {
    readonly resource: Resource;
    readonly port?: number;
    readonly log?: (line: string) => void;
}

export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => void;

export declare function consoleServer(options: ConsoleServerOptions): Promise<ConsoleServer>;

export declare function nodeHandler(console: Console): NodeHandler;
