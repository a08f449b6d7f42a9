import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import type { ManagedAccess } from '../resource/managed-access.ts'
import type { ManagedAccessFactory, ResourceState } from '../resource/state.ts'
import { RecordMemory } from '../stores/record-memory.ts'
import { quoted } from '../wire/quoted.ts'
import { assertPageIsServedSafely, checkInteraction, type InteractionOptions } from './managed-settings.ts'
import { ManagedState } from './managed-state.ts'
import { Sealer } from './sealing.ts'
import { checkSealingKeys, type SealingKey } from './sealing-keys.ts'

/** Options of {@link managedAccess}. */
export interface ManagedOptions {
  /**
   * Secrets that seal sessions, pending URLs, and what is stored. The first one seals, and all of them open. To rotate, put
   * a new key first, and take the old one out once nothing that it sealed should be accepted any more: at most 24 hours
   * later. Default: a random key of the process, whose values end with it. Required with `stores`.
   */
  readonly sealingKeys?: readonly SealingKey[]
  /** How persons are asked, for `requireInteraction`. */
  readonly interaction?: InteractionOptions
}

/**
 * Lets a resource manage access itself: it asks a person, makes agents wait for the answer, and keeps what was agreed.
 *
 * @throws {TypeError} naming the option that is wrong
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { managedAccess } from '@aauth-guard/core/managed'
 *
 * // The key was made by `openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`.
 * const key = process.env.SEALING_KEY ?? ''
 *
 * export const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   managed: managedAccess({ sealingKeys: [{ kid: '2026-11', key }] }),
 * })
 *
 * // A person has withdrawn what they agreed to.
 * export const withdraw = (person: string) => resource.managed.end({ person })
 * ```
 */
export function managedAccess(options: ManagedOptions = {}): ManagedAccessFactory {
  const given = ownMembers(options)
  assertKnownMembers(given, ['sealingKeys', 'interaction'], 'managedAccess')
  const keys = given.sealingKeys && checkSealingKeys(given.sealingKeys)
  const interaction = given.interaction && checkInteraction(given.interaction)
  return Object.freeze({
    start(state: ResourceState): ManagedAccess {
      const { stores, now, issuer } = state.settings
      const { records } = stores
      assert(
        records === undefined || typeof records.durable === 'boolean',
        `"stores.records.durable" is ${quoted(records?.durable)}: write true if no change that was acknowledged is lost, otherwise false`,
      )
      assert(
        keys !== undefined || state.settings.accessMode !== 'session-token',
        '"accessMode" is "session-token", but "sealingKeys" of managedAccess is missing, so that sessions end with this process: pass [{ kid, key }] with 32 random octets',
      )
      if (interaction !== undefined) assertPageIsServedSafely(interaction)
      if (keys === undefined) {
        assert(
          Object.values(stores).every((store) => store === undefined),
          '"sealingKeys" of managedAccess is missing, and "stores" is shared with other processes, which could not open what this one sealed: pass [{ kid, key }] with 32 random octets',
        )
        warnOfMissingKeys(issuer)
      }
      return new ManagedState(state, records ?? new RecordMemory(now), new Sealer(issuer, keys), {
        interaction,
      })
    },
  })
}

/** In development there is one process, and what it sealed need not outlive it. */
function warnOfMissingKeys(issuer: string): void {
  if (issuer.startsWith('http:')) return
  console.warn(
    'aauth-guard: "sealingKeys" of managedAccess is missing, so sessions and pending requests are sealed with a key in the memory of this process, and end when it is restarted: pass [{ kid, key }] with 32 random octets',
  )
}
