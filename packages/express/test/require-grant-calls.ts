import type { Auth } from '@aauth-guard/core'
import { AAuthError, type Resource } from '@aauth-guard/core'
import { type GrantOptions, type MissionGrant, missionGrant } from '@aauth-guard/core/missions'
import type { World } from '../../core/test/world.ts'
import { verdictOf } from './served.ts'

export const one = '1'.repeat(42).concat('A')
export const two = '2'.repeat(42).concat('A')
export const approver = 'https://ps.example'

/** What an operator keeps beside a run: how it is loaded, by the name of the run. */
export class Grants {
  #first: MissionGrant | undefined
  readonly #resource: Resource

  constructor(resource: Resource) {
    this.#resource = resource
  }

  /** What the first runtime leaves behind. */
  leave(auth: Auth): void {
    this.#first = JSON.parse(JSON.stringify(missionGrant(auth)))
  }

  load(run: string): MissionGrant | null | undefined | Promise<MissionGrant | undefined> {
    const first = this.#first as MissionGrant
    switch (run) {
      case 'plain':
        return first
      case 'later':
        return Promise.resolve(first)
      case 'nothing':
        return undefined
      case 'null':
        return null
      case 'another-mission':
        return { ...first, mission: { approver, s256: two } }
      case 'another-person':
        return {
          ...first,
          person: { generation: 'mission-header', issuer: approver, tenant: null, sub: 'person-2' },
        }
      case 'another-class':
        return { ...first, class: { provider: 'https://other-agent.example' } }
      case 'no-class':
        return { ...first, class: null }
      case 'over':
        return { ...first, expiresAt: 0 }
      case 'throws':
        throw new Error('the database is away')
      case 'rejects':
        return Promise.reject(new Error('the database is away'))
      case 'refuses':
        return Promise.reject(new AAuthError('rate_limited', { retryAfter: 7 }))
      default:
        return this.#resource.missions.terminate({ approver, s256: one }, 'revoked').then(() => first)
    }
  }
}

/** Every way in which a grant is loaded, and what the caller gets. */
export const outcomes: readonly (readonly [run: string, status: number, code: string | null, ids: string])[] =
  [
    ['plain', 200, null, ' [CLASS-1]'],
    ['later', 200, null, ' [CLASS-1]'],
    ['nothing', 403, 'access_denied', ''],
    ['null', 403, 'access_denied', ''],
    ['another-mission', 403, 'mission_mismatch', ' [MISS-11]'],
    ['another-person', 403, 'access_denied', ' [CLASS-4]'],
    ['another-class', 403, 'class_mismatch', ' [CLASS-3]'],
    ['no-class', 403, 'class_unverifiable', ' [CLASS-2]'],
    ['over', 403, 'access_denied', ''],
    ['throws', 503, 'server_error', ''],
    ['rejects', 503, 'server_error', ''],
    ['refuses', 429, 'rate_limited', ''],
    ['ended-meanwhile', 403, 'mission_terminated', ' [MISS-9]'],
  ]

/** Policies that a guard must refuse when it is made. */
export const wrongOptions: readonly GrantOptions[] = ['allow', null, '', 7].map((classPolicy) => ({
  classPolicy: classPolicy as never,
}))

/** The token of another runtime in the same mission, and the agent that signs with it. */
export async function replacement({ net }: Pick<World, 'net'>) {
  const agent = await net.agent({ name: 'replacement' })
  return { agent, token: await agent.authToken({ generation: 'mission-header', mission: one }) }
}

/** The status, the code and what must not be there. */
export async function verdict(response: Response): Promise<unknown> {
  if (response.status === 200) return [200, null, await response.text()]
  const type = response.headers.get('content-type')
  const [status, code] = await verdictOf(response)
  return [status, code, type]
}
