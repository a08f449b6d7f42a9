export type { AAuthExtra, AAuthInfo } from './auth-info.ts'
export { getAuth, stepUpTool, type ToolContext } from './get-auth.ts'
export type {
  ListMode,
  McpEntry,
  McpOptions,
  McpRequirement,
  McpTool,
  SessionOptions,
} from './options.ts'
