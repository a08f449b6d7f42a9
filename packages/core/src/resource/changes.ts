import type { Events } from '../events/events.ts'
import type { RevokedBy, TerminationSource } from '../events/resource-event.ts'
import type { VerifiedTokens } from '../keys/verified-tokens.ts'
import { attempt } from '../limits/attempt.ts'
import type { Revocation } from '../stores/revocation-store.ts'
import type { Stores } from '../stores/stores.ts'
import type { Mission } from '../token/claims.ts'
import { tokenKey } from '../token/names.ts'
import type { AcceptedTokens } from './accepted-tokens.ts'
import { type CleanAnswers, missionName } from './clean-answers.ts'
import type { MissionMonitor } from './mission-monitor.ts'
import type { Purges } from './purges.ts'
import { asReason } from './termination-reason.ts'

type Token = Pick<Revocation, 'iss' | 'jti'>

/** What a change in another process affects in this one. */
export interface Changeable {
  readonly acceptedTokens: AcceptedTokens
  readonly settings: { readonly stores: Stores; readonly now: () => number }
  readonly clean: CleanAnswers | undefined
  readonly events: Events
  readonly lifetimes:
    | {
        revoked(token: Token): void
        terminated(mission: Mission, reason: string | undefined): void
        lost(): void
      }
    | undefined
  readonly missionMonitor: MissionMonitor | undefined
  readonly purges: Purges
  readonly tokens: VerifiedTokens
}

/** A token was revoked, here or in another process: what depends on it ends. */
export function hearRevocation(state: Changeable, token: Token, learnedFrom: RevokedBy): void {
  reportRevocation(state, token, learnedFrom)
  state.clean?.changed(tokenKey(token))
  state.lifetimes?.revoked(token)
}

/** A mission was terminated, here or in another process. Its status is forgotten in any case. */
export function hearTermination(
  state: Changeable,
  mission: Mission,
  reason: string | undefined,
  learnedFrom: TerminationSource,
): void {
  reportTermination(state, mission, reason, learnedFrom)
  state.clean?.changed(missionName(mission))
  // The tombstone takes precedence over what a store could not forget.
  attempt(() => state.missionMonitor?.forget(mission))
  state.lifetimes?.terminated(mission, reason)
}

/** Reports a revocation once. */
export function reportRevocation(
  { acceptedTokens, events }: Pick<Changeable, 'acceptedTokens' | 'events'>,
  { iss, jti }: Token,
  learnedFrom: RevokedBy,
): void {
  if (!acceptedTokens.revoked({ iss, jti })) return
  events.report({ type: 'aauth.token_revoked.v1', issuer: iss, jti, learnedFrom })
}

/** Reports a termination once. */
export function reportTermination(
  { acceptedTokens, events }: Pick<Changeable, 'acceptedTokens' | 'events'>,
  mission: Mission,
  reason: string | undefined,
  learnedFrom: TerminationSource,
): void {
  if (!acceptedTokens.terminated(mission, reason, learnedFrom)) return
  const told = {
    mission: Object.freeze({ ...mission }),
    ...(reason !== undefined && { reason }),
    learnedFrom,
  }
  events.report({ type: 'aauth.mission_terminated.v1', ...told })
}

/** Another process revoked a token. Its mission may be terminated as well, if this process knows it. */
function hearRemoteRevocation(
  state: Changeable,
  { iss, jti, mission }: Token & Pick<Revocation, 'mission'>,
): void {
  const token = { iss, jti }
  const known = mission ?? state.tokens.find(token)?.claims.mission ?? state.missionMonitor?.missionOf(token)
  hearRevocation(state, token, 'fleet')
  if (known) attempt(() => state.missionMonitor?.suspect(token, known))
}

/** Another process purged an issuer. */
function hearPurge(
  { purges, settings, events }: Changeable,
  { iss, purgedAt }: { readonly iss: string; readonly purgedAt: number },
): void {
  // Whoever can write to the channel may have made it up: a purge in the future would make all later answers count for
  // nothing. The clocks of the store and of the process differ by a minute at most.
  if (!Number.isFinite(purgedAt)) return
  if (purges.note(iss, Math.min(purgedAt, settings.now() + 60)))
    events.report({ type: 'aauth.issuer_purged.v1', issuer: iss, learnedFrom: 'fleet' })
}

/**
 * Listens to the stores that tell of changes. What they tell is a hint, which ends open connections and what is cached at
 * once; no request depends on it. A listener never throws: a client that calls it may end the process.
 * @returns a function that ends the subscriptions
 */
export function subscribeToStores(state: Changeable): () => void {
  const { revocations, tombstones } = state.settings.stores
  const common = (store: string): { onLost(hint: string): void; onSubscribed(): void } => ({
    onLost: (hint) =>
      void attempt(() => {
        state.events.report({ type: 'aauth.store_failed.v1', store: `stores.${store}`, hint })
        state.lifetimes?.lost()
      }),
    onSubscribed: () => void attempt(() => state.lifetimes?.lost()),
  })
  const ends = [
    revocations?.subscribe?.({
      ...common('revocations'),
      onRevoked: (token) => void attempt(() => hearRemoteRevocation(state, token)),
      onPurged: (purge) => void attempt(() => hearPurge(state, purge)),
    }),
    tombstones?.subscribe?.({
      ...common('tombstones'),
      onTerminated: (tombstone) =>
        void attempt(() => {
          const { approver, s256, reason } = tombstone
          hearTermination(state, { approver, s256 }, asReason(reason), 'fleet')
        }),
    }),
  ]
  return () => {
    for (const end of ends) end?.()
  }
}
