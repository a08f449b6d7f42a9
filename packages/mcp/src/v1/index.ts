/** For `@modelcontextprotocol/sdk` 1. */
export { type HandlerV1, protectMcp, type RequestV1 } from './protect-mcp.ts'
