import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import type { MissionMonitor } from '../resource/mission-monitor.ts'
import type { MissionMonitorFactory, ResourceState } from '../resource/state.ts'
import type { Mission } from '../token/claims.ts'
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
  /** Tells whether a mission lives, such as `missionControl()`. Default nobody is asked. */
  readonly source?: MissionSource
  /** Seconds for which an answer "active" is enough: 1 to 30, default 30; up to a tenth less, never more. */
  readonly activeTtl?: number
  /**
   * Seconds after which a safe method does not get by on the last answer "active" any more while the source fails: 0 to
   * 3600, default 300. Methods that change something are refused with 503 at once.
   */
  readonly maxStale?: number
  /** Milliseconds that the source may take: 100 to 2000, default 1000; never more than nine tenths of `activeTtl`. */
  readonly deadline?: number
  /** Missions whose status is kept: 1 to 1 000 000, default 10 000. */
  readonly maxMissions?: number
  /**
   * The mission blob, for those who hold it, at most 64 KiB with at most 4096 member names. A blob is read once and then
   * remembered, 1000 of them and 16 MiB in all; one that you do not hold is asked for on every request of the mission.
   *
   * On every route it ends the mission at its `expires_at`. On a route with `tool` or `class`, `tool` is looked up in its
   * `approved_tools`, and of its `agent` the provider is compared where the token names one: another runtime of that
   * provider is welcome, so the agent's name is not compared. `approved_resources` is never enforced, since it does not
   * limit what the person server may grant later.
   *
   * While the callback fails, or what it returns has the digest and is not a mission blob, requests of that mission get
   * 503 on every route, since `expires_at` may have come; missions whose blob is remembered go on. Octets of another
   * digest count as no blob on routes without `tool` and `class`, where they get 503. Return `undefined` for a mission
   * whose blob you do not hold.
   */
  readonly blobs?: (mission: Mission) => Uint8Array | undefined | Promise<Uint8Array | undefined>
  /**
   * Lets person servers announce that a mission has ended, by a signed POST to `/aauth/mission-terminated`. An extension
   * of this project; default `false`.
   */
  readonly announcements?: boolean
  /**
   * Seconds for which is remembered which agent provider vouched for a key, for the class policy `linked-key`: 1 to
   * 86 400, and at most until the agent token expires that vouched for it. A revocation of that token, or a purge of its
   * provider, ends the link. Where another provider vouched for the key than the token, the route or a grant names, the
   * answer is 403 `class_mismatch` under every class policy. Default it is not remembered, since it ties an agent to
   * the identifier of a person (docs/decisions.md#class-policies).
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
 * Makes a resource watch missions: asks a source whether they live, reads what the person approved, listens to person
 * servers.
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
  assert(source === undefined || typeof source === 'function', '"source" must be a function')
  assert(blobs === undefined || typeof blobs === 'function', '"blobs" must be a function')
  assert(typeof announcements === 'boolean', '"announcements" must be a boolean')
  const linkedKeys = bounded(given, 'linkedKeys')
  const activeTtl = bounded(given, 'activeTtl') as number
  const times = {
    activeTtl,
    maxStale: bounded(given, 'maxStale') as number,
    // What is answered later would be older than an answer may be.
    deadline: Math.min(bounded(given, 'deadline') as number, activeTtl * 900),
    maxMissions: bounded(given, 'maxMissions') as number,
  }
  return Object.freeze({
    start(state: ResourceState): MissionMonitor {
      const statuses = source && new MissionStatuses(state, { source, ...times })
      const held = blobs && new MissionBlobs(blobs)
      const tokens = source && new MissionsOfTokens()
      const links = linkedKeys === undefined ? undefined : new LinkedKeys(state, linkedKeys)
      return {
        assertActive: (mission, safe) => statuses?.assertActive(mission, safe),
        assertActiveNow: statuses && ((mission) => statuses.assertActiveNow(mission)),
        status: async (mission) => (await statuses?.status(mission)) ?? { status: 'unknown' },
        forget: (mission) => statuses?.forget(mission),
        learn: (claims) => {
          if (claims.mission !== undefined) tokens?.set(claims, claims.mission)
        },
        missionOf: (token) => tokens?.get(token),
        suspect: (token, mission) => {
          if (tokens?.isNews(token)) statuses?.doubt(mission)
        },
        purge: (iss) => {
          statuses?.purge(iss)
          links?.purge(iss)
        },
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
              // Other octets are not the blob of this mission. A blob that could not be read may have expired.
              if (!isOtherOctets(error) || wanted.tool !== undefined || wanted.classWanted) throw error
            }
            return known.catch(fail).then(judge)
          }),
        link: links && ((thumbprint, claims) => links.set(thumbprint, claims)),
        providerOf: (thumbprint) => links?.providerOf(thumbprint),
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
  assert(fits, `"${name}" must be ${min} to ${max}`)
  return value
}
