import type { RequirementName } from '../errors/aauth-error.ts'
import type { Generation, TokenKind } from './kinds.ts'

/** What the holder of a dead token should come back with (A-24, matrix CHAL-12, CHAL-13). */
export function renewal(
  kind: TokenKind,
  generation: Generation | undefined,
): { requirement?: RequirementName } {
  if (kind === 'agent-token') return {}
  return { requirement: generation === 'mission-header' ? 'agent-token' : 'person-token' }
}
