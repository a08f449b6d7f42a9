export type { InteractionClaim } from '../token/interaction-claim.ts'
export {
  ExchangeError,
  type ExchangeErrorCode,
  type ExchangeMismatch,
  type TokenParameter,
} from './exchange-error.ts'
export {
  createIssuers,
  type Issuers,
  type IssuersOptions,
  type VerifiedParameter,
} from './issuers.ts'
export type { ResourceTokenClaims } from './resource-token-claims.ts'
export type {
  AtAccessServer,
  AtAgent,
  AtPersonServer,
  HandedTokens,
  ResourceTokenContext,
} from './resource-token-context.ts'
export { type Exchange, verifyExchange } from './verify-exchange.ts'
export { type VerifiedResourceToken, verifyResourceToken } from './verify-resource-token.ts'
