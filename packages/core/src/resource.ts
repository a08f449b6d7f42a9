import { checkOptions } from './check-options.ts'
import { checkMission, type Missions, missionsOf } from './missions.ts'
import { notAResource } from './not-a-resource.ts'
import type { ResourceOptions } from './options.ts'
import { ResourceState } from './resource-state.ts'
import { addPurge } from './stores/ask.ts'
import type { Revocation } from './stores/stores.ts'
import { isServerId } from './token/identifiers.ts'
import { warnAtStart } from './warn-at-start.ts'
import { quoted } from './wire/quoted.ts'
import { withdrawToken } from './withdraw-token.ts'

export type { ResourceState } from './resource-state.ts'

/**
 * One protected API: its identity, whom it believes, its caches and keys. Made once and given to every guard, so
 * that what is published is what is enforced.
 */
export interface Resource {
  readonly issuer: string
  /** Terminated missions, and how to learn of terminations. */
  readonly missions: Missions
  /**
   * Revokes a token: requests that begin after the promise resolves are refused. `exp` (seconds) is the token's own and
   * says how long to remember it. Whether the mission of the token is still active is asked again; give `mission` where
   * you know it, since otherwise the resource knows it only of tokens that it has seen lately.
   *
   * @throws {RangeError} when no more can be remembered (the promise rejects)
   * @throws {TypeError} for a token without `iss`, `jti` or `exp`, or a malformed `mission` (the promise rejects)
   */
  revoke(token: Revocation): Promise<void>
  /**
   * Ends what an issuer vouched for until now, in every role, such as after a break-in: its keys are fetched again, the
   * tokens that it issued before this second (by their `iat`) are refused with `revoked_jwt`, and its answers "active"
   * and the links of keys to it are forgotten. Tokens that it issues afterwards are accepted; an issuer whose clock is
   * behind has those refused until its clock has passed the purge.
   *
   * Takes effect in this process at once, and in all that share `stores.revocations` once the promise has resolved.
   *
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects); this process has forgotten the issuer
   * all the same
   * @throws {TypeError} for a text that is not a server identifier (the promise rejects)
   */
  purgeIssuer(issuer: string): Promise<void>
  /**
   * Ends fetches, and every lifetime that `lifetimeOf` opened, with a `server_error` that says so. What needs a fetch
   * afterwards is refused with `server_error`, and a lifetime that is asked for has ended. No timer is left.
   */
  close(): void
}

const states = new WeakMap<Resource, ResourceState>()

/** @throws {TypeError} for an object that {@link createResource} did not make; says what it seems to be instead */
export function stateOf(resource: Resource): ResourceState {
  const state = states.get(resource)
  if (state === undefined) throw new TypeError(notAResource(resource))
  return state
}

/** Whether {@link createResource} of this copy of the package made it. */
export function isResource(value: unknown): boolean {
  return states.has(value as Resource)
}

/**
 * Makes the resource that guards share. Draws no random value, sets no timer and fetches nothing.
 * Says so where the runtime cannot fetch the keys of every issuer that `trust` admits.
 *
 * @throws {TypeError} naming the option that is wrong
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
  const state = new ResourceState(checkOptions(options))
  const { issuer } = state.settings
  const resource: Resource = Object.freeze({
    issuer,
    missions: missionsOf(state),
    async revoke(token: Revocation): Promise<void> {
      const { iss, jti, exp, mission } = token
      if (typeof iss !== 'string' || typeof jti !== 'string' || !Number.isFinite(exp))
        throw new TypeError('a revocation needs "iss", "jti" and "exp" in seconds')
      const carried = mission === undefined ? undefined : checkMission(mission)
      if ((await withdrawToken(state, { iss, jti, exp: Math.ceil(exp), mission: carried })) === 'full')
        throw new RangeError(
          `too many revocations of ${quoted(iss)} are remembered: use "stores.revocations"`,
        )
    },
    async purgeIssuer(iss: string): Promise<void> {
      if (!isServerId(iss)) throw new TypeError(`${quoted(iss)} is not a server identifier`)
      await state.purges.begin(iss, () => addPurge(state.revocations, { iss, listed: state.isListed(iss) }))
    },
    close(): void {
      state.keys.close()
      state.lifetimes?.close()
    },
  })
  states.set(resource, state)
  warnAtStart(state)
  return resource
}
