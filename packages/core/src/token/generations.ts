import type { GenerationRules } from './generation-rules.ts'
import type { Generation } from './kinds.ts'
import { missionHeader } from './mission-header.ts'
import { personToken } from './person-token.ts'

/**
 * The generations of the wire format. Everything that depends on the generation of a token uses this table. To add a
 * generation, add a row, its file and its name in `Generation`; to drop one, remove them.
 */
const table: Readonly<Record<Generation, GenerationRules>> = {
  'mission-header': missionHeader,
  'person-token': personToken,
}

export const generationNames: readonly Generation[] = Object.keys(table) as Generation[]

export function rulesOf(generation: Generation): GenerationRules {
  return table[generation]
}

/** The rules for a resource token that answers an agent token, which has no generation. */
export const agentTokenRules: GenerationRules = missionHeader

/**
 * Whether a generation has person tokens, so that its auth tokens name the same person.
 * @param generation `undefined` for agent tokens
 */
export function hasPersonTokens(generation: Generation | undefined): boolean {
  return generation !== undefined && table[generation].personTokens
}

/** Whether one of the accepted generations has a capability, such as `'missionHeader'`. */
export function serves(
  generations: ReadonlySet<Generation>,
  capability:
    | 'personTokens'
    | 'agentTokenSuffices'
    | 'missionHeader'
    | 'legacyAlgorithms'
    | 'legacyRevocations',
): boolean {
  for (const generation of generations) if (table[generation][capability]) return true
  return false
}

/**
 * Whether `EdDSA` and keys without `alg` are accepted for a token (D14).
 * @param generation of the token; `undefined` for agent tokens, which belong to every generation
 */
export function allowsLegacyAlgorithms(
  generation: Generation | undefined,
  served: ReadonlySet<Generation>,
): boolean {
  return (
    serves(served, 'legacyAlgorithms') && (generation === undefined || table[generation].legacyAlgorithms)
  )
}
