import { rulesOf } from './generations.ts'
import type { Generation, TokenKind } from './kinds.ts'

/** What the holder of a dead token should come back with (A-24, CHAL-12, CHAL-13). */
export function renewalRequirement(
  kind: TokenKind,
  generation: Generation | undefined,
): { requirement?: 'agent-token' | 'person-token' } {
  if (kind === 'agent-token') return {}
  return { requirement: generation === undefined ? 'person-token' : rulesOf(generation).renewal }
}
