import { AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import type { MakeTerms } from '../issue/challenge.ts'
import { type ChallengeTerms, checkChallengeTerms } from '../resource/challenge-terms.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { Auth } from '../token/auth.ts'
import { quoted } from '../wire/quoted.ts'

/**
 * What a route adds to its challenges for an auth token, if it adds anything.
 * @param identify who is calling; all of it is verified
 */
export function termsOf(
  { challenge, asksPerson }: Pick<CompiledRequirement, 'challenge' | 'asksPerson'>,
  identify: () => Auth,
): MakeTerms | undefined {
  const interaction = asksPerson?.interaction
  if (challenge === undefined && interaction === undefined) return undefined
  return async () => {
    const auth = identify()
    const terms = challenge === undefined ? {} : await ask(challenge, auth)
    return { ...terms, interaction: interaction && ((until) => interaction(auth, until)) }
  }
}

/** @throws {AAuthError} (the promise rejects) */
async function ask(
  challenge: NonNullable<CompiledRequirement['challenge']>,
  auth: Auth,
): Promise<ChallengeTerms> {
  try {
    return checkChallengeTerms(await challenge(auth))
  } catch (error) {
    throw thrownBy('challenge', error, 'undefined')
  }
}

/**
 * The refusal for what a callback of a route threw.
 * @param instead what it should return
 */
export function thrownBy(callback: string, thrown: unknown, instead: string): AAuthError {
  if (isAAuthError(thrown)) return thrown
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : quoted(thrown)
  return new AAuthError('server_error', {
    hint: `"${callback}" threw ${quoted(text)}: fix it, or return ${instead}`,
    cause: thrown,
    retryAfter: 5,
  })
}
