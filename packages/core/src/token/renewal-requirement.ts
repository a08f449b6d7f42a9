import { rulesOf } from './generations.ts'
import type { Generation, TokenKind } from './kinds.ts'

/** The kind of token to ask for after a token has expired or was revoked (A-24, CHAL-12, CHAL-13). */
export function renewalRequirement(
  kind: TokenKind,
  generation: Generation | undefined,
): { requirement?: 'agent-token' | 'person-token' } {
  if (kind === 'agent-token') return {}
  return { requirement: generation === undefined ? 'person-token' : rulesOf(generation).renewal }
}
