import type { ResourceListeners } from '../events/listeners.ts'
import type { Revocation } from '../stores/revocation-store.ts'
import { addPurge } from '../stores/revocation-store.ts'
import { isServerId } from '../token/identifiers.ts'
import { quoted } from '../wire/quoted.ts'
import { checkListeners } from './check-listeners.ts'
import { checkOptions } from './check-options.ts'
import { managedOf } from './managed-of.ts'
import { checkMission, missionsOf } from './missions.ts'
import type { ResourceOptions } from './options.ts'
import { assertReady } from './ready.ts'
import type { Resource } from './resource.ts'
import { withdrawToken } from './revoke-token.ts'
import type { ResourceSnapshot } from './snapshot.ts'
import { snapshotOf } from './snapshot-of.ts'
import { ResourceState } from './state.ts'
import { setState } from './state-of.ts'
import { warnAtStart } from './warn-at-start.ts'

/**
 * Makes the resource that guards share. Draws no random values, sets no timers and fetches nothing.
 * Prints a warning if the runtime cannot fetch the keys of every issuer that `trust` accepts.
 *
 * @throws {TypeError} naming the option that is wrong
 * @throws {Error} if the package that `ed25519` names verifies wrongly
 * @see draft 11 §11.2.4
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 *
 * export const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   scopes: { 'notes.read': 'Read your notes' },
 * })
 * ```
 */
export function createResource(options: ResourceOptions): Resource {
  const { settings, missions, managed } = checkOptions(options)
  const state = new ResourceState(settings, missions, managed)
  const { issuer } = state.settings
  const resource: Resource = Object.freeze({
    issuer,
    missions: missionsOf(state),
    managed: managedOf(state),
    async revoke(token: Revocation): Promise<void> {
      const { iss, jti, exp, mission } = token
      if (typeof iss !== 'string' || typeof jti !== 'string' || !Number.isFinite(exp))
        throw new TypeError(
          'the revocation lacks "iss", "jti" or "exp": pass those claims of the token, with "exp" in seconds',
        )
      const carried = mission === undefined ? undefined : checkMission(mission)
      const revoked = { iss, jti, exp: Math.ceil(exp), mission: carried }
      if ((await withdrawToken(state, revoked, 'operator')) === 'full')
        throw new RangeError(
          `too many revocations of ${quoted(iss)} are remembered: use "stores.revocations"`,
        )
    },
    async purgeIssuer(iss: string): Promise<void> {
      if (!isServerId(iss))
        throw new TypeError(`${quoted(iss)} is not a server identifier: pass the "iss" of the tokens`)
      const listed = state.isListed(iss)
      await state.purges.begin(iss, settings.now(), () => addPurge(state.revocations, { iss, listed }))
      await state.managed?.purged(iss)
      state.events.report({ type: 'aauth.issuer_purged.v1', issuer: iss, learnedFrom: 'operator' })
    },
    async ready(): Promise<void> {
      await assertReady(state)
    },
    listen(listeners: ResourceListeners): () => void {
      return state.listen(checkListeners(listeners))
    },
    snapshot(): ResourceSnapshot {
      return snapshotOf(state)
    },
    close(): void {
      state.close()
    },
  })
  setState(resource, state)
  warnAtStart(state)
  return resource
}
