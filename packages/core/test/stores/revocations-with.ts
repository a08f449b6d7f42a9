import type { RevocationStore } from '@aauth-guard/core'

/** The answers that a test sets for a store of revocations. */
export interface Answers extends Partial<RevocationStore> {
  /** Whether a token is revoked; by default none is. */
  readonly revoked?: (token: { iss: string; jti: string }) => boolean | Promise<boolean>
}

/** A store of revocations that records everything and finds nothing, except for what the test sets. */
export function revocationsWith({ revoked = () => false, ...answers }: Answers = {}): RevocationStore {
  return {
    find(token) {
      const answer = revoked(token)
      return answer instanceof Promise ? answer.then((late) => ({ revoked: late })) : { revoked: answer }
    },
    add: () => 'recorded',
    purge: () => 0,
    ...answers,
  }
}
