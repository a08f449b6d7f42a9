import { attempt } from '../limits/attempt.ts'
import type { Revocation } from '../stores/revocation-store.ts'
import type { Stores } from '../stores/stores.ts'
import type { Mission } from '../token/claims.ts'
import { asReason } from './termination-reason.ts'

/** What a resource does with changes that other processes made. */
export interface ChangeListener {
  readonly purges: { note(iss: string, purgedAt: number | undefined): void }
  hearRemoteRevocation(token: Pick<Revocation, 'iss' | 'jti' | 'mission'>): void
  hearTermination(mission: Mission, reason: string | undefined): void
  hearLoss(store: string, hint: string): void
  /** Changes may have been missed. */
  checkAgain(): void
}

/**
 * Listens to the stores that tell of changes. What they tell is a hint, which ends open connections and what is cached at
 * once; no request depends on it.
 * @returns a function that ends the subscriptions
 */
export function subscribeTo({ revocations, tombstones }: Stores, listener: ChangeListener): () => void {
  const ends = [
    revocations?.subscribe?.({
      onRevoked: (token) => attempt(() => listener.hearRemoteRevocation(token)),
      onPurged: ({ iss, purgedAt }) => attempt(() => listener.purges.note(iss, purgedAt)),
      onLost: (hint) => listener.hearLoss('revocations', hint),
      onSubscribed: () => listener.checkAgain(),
    }),
    tombstones?.subscribe?.({
      onTerminated: ({ approver, s256, reason }) =>
        attempt(() => listener.hearTermination({ approver, s256 }, asReason(reason))),
      onLost: (hint) => listener.hearLoss('tombstones', hint),
      onSubscribed: () => listener.checkAgain(),
    }),
  ]
  return () => {
    for (const end of ends) end?.()
  }
}
