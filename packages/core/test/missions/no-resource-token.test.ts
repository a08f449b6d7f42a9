import { issueResourceToken, stepUp } from '@aauth-guard/core'
import {
  verdict as answered,
  answerOfStepUp,
  askForToken,
  challenged,
  notes,
} from '@aauth-guard/fixtures/issued'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { generations, granted, verdict } from './watched.ts'

const scope = 'notes.write'
const headerAlone = { generations: ['mission-header'] } as const

/** Scopes beside the one that is requested. */
const narrow = (generation: (typeof generations)[number]) => granted({ generation, scope: 'notes.read' })

const works: readonly (readonly [string, (world: World, auth: never) => Promise<string>])[] = [
  [
    'stepUp',
    async ({ resource }, auth) => {
      const { status, body } = await answerOfStepUp(resource, auth, { scope })
      return `${status} ${JSON.parse(body).error}`
    },
  ],
  ['issueResourceToken', ({ resource }, auth) => verdict(issueResourceToken(resource, auth, { scope }))],
]

describe('under a mission that is terminated while its handler runs', () => {
  it.each(
    works.flatMap(([name, work]) => generations.map((generation) => [name, generation, work] as const)),
  )('%s leads to no resource token, in %s [RT-9, MISS-9]', async (_, generation, work) => {
    const world = await makeWorld(notes)
    const auth = await world.call(await world.agent.authToken(narrow(generation)))
    await world.resource.missions.terminate(mission, 'revoked')
    expect(await work(world, auth as never)).toBe('403 mission_terminated')
  })

  it.each(works)('%s reports the refusal to the operator', async (_, work) => {
    const world = await makeWorld(notes)
    const auth = await world.call(await world.agent.authToken(granted()))
    await world.resource.missions.terminate(mission)
    await work(world, auth as never)
    expect(world.refusals.map(({ hint }) => hint)).toEqual([
      `mission "${s256}" of "https://ps.example" was terminated: the agent must propose a new one`,
    ])
  })

  it('check leads to no resource token [RT-9]', async () => {
    const world = await makeWorld(notes)
    const check = async (auth: never): Promise<boolean> => {
      await world.resource.missions.terminate(mission)
      return stepUp(world.resource, auth, { scope })
    }
    const token = await world.agent.authToken(granted())
    expect(await verdict(world.call(token, { requirement: { check } }))).toBe('403 mission_terminated')
  })
})

describe('under a terminated mission', () => {
  it('a person token is not challenged with a resource token [RT-9]', async () => {
    const world = await makeWorld(notes)
    await world.resource.missions.terminate(mission)
    const { headers } = await world.refusal(await world.agent.personToken({ mission: s256 }))
    expect(headers).toEqual({ 'cache-control': 'no-store' })
  })

  it('the authorization endpoint issues no resource token for a person token [RT-9, MISS-9]', async () => {
    const world = await makeWorld(notes)
    await world.resource.missions.terminate(mission)
    const token = await world.agent.personToken({ mission: s256 })
    expect(answered(await askForToken(world, { token }))).toEqual([403, 'mission_terminated'])
  })
})

describe('a mission that an agent only asserts', () => {
  const ended = async (how: boolean): Promise<World> => {
    const world = await makeWorld({ ...notes, ...headerAlone })
    if (how) await world.resource.missions.terminate(mission)
    return world
  }

  it.each([false, true])('is named in a resource token, terminated: %s [MISS-4]', async (how) => {
    const world = await ended(how)
    const refusal = await world.refusal(await world.agent.agentToken(), { mission })
    const { payload } = await challenged(world.resource, refusal)
    expect([refusal.status, refusal.code, payload.mission]).toEqual([401, 'auth_token_required', mission])
  })

  it('leads to the same answer, octet for octet, whether it is terminated or not [MISS-4]', async () => {
    const answers = await Promise.all(
      [false, true].map(async (how) => {
        const world = await ended(how)
        const { status, headers, problem } = await world.refusal(await world.agent.agentToken(), { mission })
        const { 'aauth-requirement': requirement = '', ...others } = headers
        const [, token = ''] = /resource-token="([^"]+)"/.exec(requirement) ?? []
        const { jti: _, ...claims } = decodeJwt(token)
        return { status, others, problem, claims, length: requirement.length }
      }),
    )
    expect(answers[1]).toEqual(answers[0])
  })

  it.each([false, true])(
    'does not affect an agent on a route that accepts agent tokens, terminated: %s',
    async (how) => {
      const world = await ended(how)
      const requirement = { accept: 'agent-token' } as const
      expect(await verdict(world.call(await world.agent.agentToken(), { mission, requirement }))).toBe('200')
    },
  )

  it.each([false, true])(
    'is in the resource token of the authorization endpoint, terminated: %s [RT-17]',
    async (how) => {
      const world = await ended(how)
      const answer = await askForToken(world, { token: await world.agent.agentToken(), mission })
      const { resource_token: token } = JSON.parse(answer.body) as { resource_token: string }
      expect([answer.status, decodeJwt(token).mission]).toEqual([200, mission])
    },
  )

  it('is not looked up in the tombstone store', async () => {
    const found: string[] = []
    const find = ({ s256: digest }: { s256: string }): undefined => {
      found.push(digest)
    }
    const tombstones = { find, add: () => 'recorded' as const }
    const world = await makeWorld({ ...notes, ...headerAlone, stores: { tombstones } })
    await world.refusal(await world.agent.agentToken(), { mission })
    expect(found).toEqual([])
  })

  it('does not disclose its status beside a token without a mission', async () => {
    const world = await makeWorld(notes)
    await world.resource.missions.terminate(mission)
    const token = await world.agent.authToken({ scope: 'notes.read', generation: 'mission-header' })
    expect(await verdict(world.call(token, { mission, requirement: anyKind }))).toBe('200')
  })
})
