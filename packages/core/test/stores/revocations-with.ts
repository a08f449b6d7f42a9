import type { RevocationStore } from '@aauth-guard/core'

/** What a test gives a store of revocations instead of its own answers. */
export interface Answers extends Partial<RevocationStore> {
  /** Whether a token is revoked; default none is. */
  readonly revoked?: (token: { iss: string; jti: string }) => boolean | Promise<boolean>
}

/** A store of revocations that records everything and remembers nothing, but for what the test says. */
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
