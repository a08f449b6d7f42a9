export { AAuthFilter } from './aauth-filter.ts'
export { AAuthGuard } from './aauth-guard.ts'
export { AAuthModule } from './aauth-module.ts'
export { Auth, Caller, type ParameterOf } from './auth.ts'
export { getAuth } from './get-auth.ts'
export { getCaller } from './get-caller.ts'
export type { GuardOptions } from './guard-options.ts'
export { holdCalls } from './hold-calls.ts'
export type { FastifyReply, NestRequest, NestResponse } from './http-context.ts'
export type {
  AAuthModuleAsyncOptions,
  AAuthModuleOptions,
  AAuthModuleSettings,
} from './module-options.ts'
export { Protect, Unprotected } from './protect.ts'
export { requireGrant } from './require-grant.ts'
export { withinLifetime } from './within-lifetime.ts'
