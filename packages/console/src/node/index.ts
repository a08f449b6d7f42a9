export { type ConsoleServer, type ConsoleServerOptions, consoleServer } from './console-server.ts'
export { type NodeHandler, nodeHandler } from './node-handler.ts'
