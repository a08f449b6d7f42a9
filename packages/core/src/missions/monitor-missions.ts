import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { missionName } from '../resource/clean-answers.ts'
import type { MissionMonitor } from '../resource/mission-monitor.ts'
import type { MissionMonitorFactory, ResourceState } from '../resource/state.ts'
import { storeKinds } from '../stores/stores.ts'
import type { Mission } from '../token/claims.ts'
import { quoted } from '../wire/quoted.ts'
import { announcementPath, answerAnnouncement } from './announcement.ts'
import { isOtherOctets } from './blob.ts'
import { type KnownBlob, MissionBlobs } from './blobs.ts'
import { LinkedKeys } from './linked-keys.ts'
import { assertWithinTerms } from './mission-terms.ts'
import { MissionsOfTokens } from './missions-of-tokens.ts'
import type { MissionSource } from './source.ts'
import { MissionStatuses } from './statuses.ts'

/** Options of {@link monitorMissions}. */
export interface MissionOptions {
  /** Reports whether a mission is active, such as `missionControl()`. Default: no source is queried. */
  readonly source?: MissionSource
  /** Seconds for which an answer "active" is used, or up to a tenth less: 1 to 30, default 30. */
  readonly activeTtl?: number
  /**
   * Seconds for which the last answer "active" may be used for safe methods while the source fails: 0 to 3600, default
   * 300. Unsafe methods are refused with 503 at once.
   */
  readonly maxStale?: number
  /** Milliseconds that the source may take: 100 to 2000, default 1000; never more than nine tenths of `activeTtl`. */
  readonly deadline?: number
  /** Number of missions whose status is cached: 1 to 1 000 000, default 10 000. */
  readonly maxMissions?: number
  /**
   * Returns the mission blob, if you have it: at most 64 KiB with at most 4096 member names. A blob is read once and then
   * cached, up to 1000 blobs and 16 MiB in total. A blob that you do not have is looked up on every request under the
   * mission.
   *
   * On every route, requests are refused after the `expires_at` of the blob. On a route with `tool` or `class`, `tool`
   * must be in `approved_tools`, and the provider of `agent` must match that of the token, if the token names one. Any
   * runtime of that provider may act, so the name of the agent is not compared. `approved_resources` is never enforced,
   * since it does not limit what the person server may grant later.
   *
   * While the callback fails, or returns octets that have the digest but are not a mission blob, requests under that
   * mission get 503 on every route, since `expires_at` may have passed. Missions whose blob is cached are not affected.
   * Octets with another digest get 503 on routes with `tool` or `class`, and are ignored on other routes. Return
   * `undefined` for a mission whose blob you do not have.
   */
  readonly blobs?: (mission: Mission) => Uint8Array | undefined | Promise<Uint8Array | undefined>
  /**
   * Lets person servers announce that a mission is terminated, with a signed POST to `/aauth/mission-terminated`. This is
   * an extension of this project. Default `false`.
   */
  readonly announcements?: boolean
  /**
   * Seconds for which the resource remembers which agent provider vouched for a key, for the class policy `linked-key`: 1
   * to 86 400, and at most until the agent token that established the link expires. A revocation of that token, or a
   * purge of its provider, ends the link. If the linked provider differs from the one that the token, the route or a
   * grant names, the response is 403 `class_mismatch` under every class policy. By default links are not remembered,
   * since they connect an agent with the identifier of a person (docs/decisions.md#class-policies).
   */
  readonly linkedKeys?: number
}

const bounds = {
  activeTtl: [30, 1, 30],
  maxStale: [300, 0, 3600],
  deadline: [1000, 100, 2000],
  maxMissions: [10_000, 1, 1_000_000],
  linkedKeys: [undefined, 1, 86_400],
} as const
const others = ['source', 'blobs', 'announcements']

/**
 * Makes a resource monitor missions: it queries a source for their status, reads what the person approved, and accepts
 * announcements from person servers.
 *
 * @throws {TypeError} naming the option that is wrong
 * @see docs/decisions.md#mission-status
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { monitorMissions } from '@aauth-guard/core/missions'
 *
 * const ended = new Set(['TuQ3mRZ9kTjLsdcZAyqZJKXcdhsqLRKXVbhHVgBTAKI'])
 * export const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   missions: monitorMissions({
 *     source: ({ s256 }) => (ended.has(s256) ? { status: 'terminated', reason: 'completed' } : { status: 'active' }),
 *   }),
 * })
 * ```
 */
export function monitorMissions(options: MissionOptions): MissionMonitorFactory {
  const given = ownMembers(options)
  assertKnownMembers(given, [...Object.keys(bounds), ...others], 'monitorMissions')
  const { source, blobs, announcements = false } = given
  assert(
    source === undefined || typeof source === 'function',
    `"source" is ${quoted(source)}: pass a function`,
  )
  assert(blobs === undefined || typeof blobs === 'function', `"blobs" is ${quoted(blobs)}: pass a function`)
  assert(
    typeof announcements === 'boolean',
    `"announcements" is ${quoted(announcements)}: write true or false`,
  )
  const linkedKeys = bounded(given, 'linkedKeys')
  const activeTtl = bounded(given, 'activeTtl') as number
  const times = {
    activeTtl,
    maxStale: bounded(given, 'maxStale') as number,
    // A later answer would already be too old when it arrives.
    deadline: Math.min(bounded(given, 'deadline') as number, activeTtl * 900),
    maxMissions: bounded(given, 'maxMissions') as number,
  }
  return Object.freeze({
    start(state: ResourceState): MissionMonitor {
      const { now, limits, stores } = state.settings
      const memory = { now, limits: { ...limits, maxMissions: times.maxMissions } }
      const statuses =
        source &&
        new MissionStatuses(
          state,
          { source, ...times },
          stores.statuses ?? storeKinds.statuses.inMemory(memory),
        )
      const held = blobs && new MissionBlobs(blobs)
      const tokens = source && new MissionsOfTokens()
      const links =
        linkedKeys === undefined
          ? undefined
          : new LinkedKeys(state, stores.links ?? storeKinds.links.inMemory(memory), linkedKeys)
      return {
        assertActive: (mission, safe, found) => statuses?.assertActive(mission, safe, found),
        assertActiveNow: statuses && ((mission) => statuses.assertActiveNow(mission)),
        status: async (mission) => (await statuses?.status(mission)) ?? { status: 'unknown' },
        activeAt: (mission) => statuses?.activeAt(mission),
        forget: (mission) => statuses?.forget(mission),
        learn: (claims) => {
          if (claims.mission !== undefined) tokens?.set(claims, claims.mission)
        },
        missionOf: (token) => tokens?.get(token),
        suspect: (token, mission) =>
          tokens?.suspectOnce(token, async () => {
            state.clean?.changed(missionName(mission))
            await statuses?.doubt(mission)
          }),
        purge: (iss) => statuses?.purge(iss),
        suspendedServers: () => statuses?.suspendedServers() ?? [],
        times: source && times,
        assertWithinTerms:
          held &&
          ((auth, wanted) => {
            if (auth.mission === undefined) return undefined
            const judge = (known: KnownBlob | undefined): void =>
              assertWithinTerms(known, auth, wanted, state.settings.now())
            const known = held.get(auth.mission)
            if (!(known instanceof Promise)) return judge(known)
            const fail = (error: unknown): undefined => {
              // Octets with another digest are not the blob of this mission. A mission whose blob is unreadable may have expired.
              if (!isOtherOctets(error) || wanted.tool !== undefined || wanted.classWanted) throw error
            }
            return known.catch(fail).then(judge)
          }),
        link: links && ((...given) => links.set(...given)),
        providerOf: (...given) => links?.providerOf(...given),
        endpoints: new Map(
          announcements ? [[announcementPath, (...given) => answerAnnouncement(state, ...given)]] : [],
        ),
        published: (base) =>
          announcements ? { mission_termination_endpoint: `${base}${announcementPath}` } : {},
      }
    },
  })
}

function bounded(given: MissionOptions, name: keyof typeof bounds): number | undefined {
  const [preset, min, max] = bounds[name]
  const value = given[name] ?? preset
  const fits = value === undefined || (Number.isInteger(value) && value >= min && value <= max)
  assert(fits, `"${name}" is ${quoted(value)}: write an integer from ${min} to ${max}`)
  return value
}
