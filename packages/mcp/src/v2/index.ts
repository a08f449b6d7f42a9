/** For `@modelcontextprotocol/server` 2. */
export { protectMcp, type ServerV2 } from './protect-mcp.ts'
