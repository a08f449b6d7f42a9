import type { GenerationRules } from './generation-rules.ts'
import type { Generation } from './kinds.ts'
import { missionHeader } from './mission-header.ts'
import { personToken } from './person-token.ts'

/**
 * The generations of the wire format. Whatever depends on the generation of a token asks this table. To add a generation
 * is to add a row, its file and its name in `Generation`; to drop one is to take them away.
 */
const table: Readonly<Record<Generation, GenerationRules>> = {
  'mission-header': missionHeader,
  'person-token': personToken,
}

export const generationNames: readonly Generation[] = Object.keys(table) as Generation[]

export function rulesOf(generation: Generation): GenerationRules {
  return table[generation]
}

/** What a resource token says that answers an agent token, which has no generation. */
export const agentTokenRules: GenerationRules = missionHeader

/**
 * Whether tokens of the generation come after person tokens, and stand for what a person token says.
 * @param generation `undefined` for agent tokens
 */
export function hasPersonTokens(generation: Generation | undefined): boolean {
  return generation !== undefined && table[generation].personTokens
}

/** Whether one of the generations that are served has a capability, such as `'missionHeader'`. */
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
 * Whether `EdDSA` and keys without `alg` pass for a token (D14).
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
