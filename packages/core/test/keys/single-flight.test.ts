import { authorize } from '@aauth-guard/core'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { countOfRuns } from '../../../../scripts/property-runs.ts'
import {
  agentKeys,
  agentMetadata,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
  settled,
  until,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

/** 10 000 in `npx pnpm@12 test:deep`. */
const many = countOfRuns(1000)

describe('requests that need the keys of one issuer share one fetch', () => {
  it(`${many} first requests cost one fetch of metadata and one of keys [JWKS-7, I20]`, async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken()
    const message = await world.agent.sign('https://notes.example/notes', {}, { token })
    const verdicts = await Promise.all(
      Array.from({ length: many }, () => authorize(world.resource, toSignedRequest(message), personRoute)),
    )
    expect(verdicts.filter(({ sub }) => sub === 'person-1').length).toBe(many)
    expect(world.asked).toEqual([personMetadata, personKeys])
  })

  it('even of different agents, with different tokens and different kids [JWKS-7, I20]', async () => {
    const world = await makeAnsweredWorld()
    const { agent, net } = world
    await net.personServer.rotate()
    const { key } = net.agentProvider
    const tokens = [
      agent.personToken(),
      agent.personToken({ sub: 'person-2' }),
      agent.authToken(),
      agent.personToken({ header: { kid: 'nobody' } }),
      agent.personToken({ key }),
    ]
    expect(await Promise.all(tokens.map((token) => outcomeOf(world, token)))).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'unknown_key',
      'invalid_jwt',
    ])
    expect(world.asked).toEqual([personMetadata, personKeys])
  })

  it.each([
    ['metadata', personMetadata],
    ['keys', personKeys],
  ])('even one that arrives while the %s are being fetched [JWKS-7, I20]', async (_, url) => {
    let admitted = 0
    const world = await makeAnsweredWorld({ trust: { personServers: () => ++admitted > 0 } })
    const open = world.hold(url)
    const first = outcomeOf(world)
    await until(() => world.asked.at(-1) === url)
    const second = outcomeOf(world)
    await until(() => admitted === 2)
    await settled()
    open()
    expect(await Promise.all([first, second])).toEqual(['accepted', 'accepted'])
    expect(world.asked).toEqual([personMetadata, personKeys])
  })

  it('while another issuer has its own fetch and does not wait [I27]', async () => {
    const world = await makeAnsweredWorld()
    const open = world.hold(personMetadata)
    const waiting = outcomeOf(world)
    await until(() => world.asked.length === 1)
    expect(await outcomeOf(world, world.agent.agentToken())).toBe('accepted')
    open()
    expect(await waiting).toBe('accepted')
    expect(world.asked).toEqual([personMetadata, agentMetadata, agentKeys, personKeys])
  })

  it('and another resource has its own cache', async () => {
    const [one, other] = [await makeAnsweredWorld(), await makeAnsweredWorld()]
    await Promise.all([outcomeOf(one), outcomeOf(other)])
    expect([one.asked, other.asked]).toEqual([
      [personMetadata, personKeys],
      [personMetadata, personKeys],
    ])
  })
})
