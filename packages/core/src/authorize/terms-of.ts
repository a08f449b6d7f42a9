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
    if (isAAuthError(error)) throw error
    throw new AAuthError('server_error', {
      hint: `"challenge" threw ${quoted(thrownText(error))}: fix it, or return undefined`,
      cause: error,
      retryAfter: 5,
    })
  }
}

/** What was thrown, for a hint. */
export function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : quoted(thrown)
}
