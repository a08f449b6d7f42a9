import { createHash } from 'node:crypto'
import type { Mission } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { active, digest } from '../missions/watched.ts'
import { play, printFigures, sized } from './beside.ts'
import { anyPersonServer, type Caller, issuersOf, listedServer, makeScene, type Scene } from './scene.ts'

async function callers(scene: Scene) {
  const [listed, unlisted, evil] = (await Promise.all(
    [listedServer, 'https://other-ps.example', 'https://evil.example'].map((id) =>
      scene.caller(id, 'person-server'),
    ),
  )) as [Caller, Caller, Caller]
  const under = (caller: Caller, mission: string) => async () =>
    caller.call({ token: await caller.token({ mission }) })
  return { listed, unlisted, evil, under }
}

const maxMissions = sized(50, 10_000)

it.each(['one domain', 'many domains'] as const)(
  `unlisted servers of %s with more than ${maxMissions} missions push out what is known of other unlisted ones, which is asked again, and nothing of listed ones [L08]`,
  async (kind) => {
    const asked: string[] = []
    const source = ({ approver }: Mission) => {
      asked.push(approver)
      return active
    }
    const scene = await makeScene({ ...anyPersonServer, missions: monitorMissions({ source, maxMissions }) })
    const { listed, unlisted, under } = await callers(scene)
    const evil = await Promise.all(issuersOf[kind](8).map((id) => scene.caller(id, 'person-server')))
    // So that their keys are known.
    for (const { call } of evil) await call()
    const [first, second] = [under(listed, digest(1)), under(unlisted, digest(1))]
    expect([await first(), await second()]).toEqual(['200', '200'])
    const attack = Array.from({ length: maxMissions + 20 }, (_, n) =>
      under(evil[n % evil.length] as Caller, digest(n)),
    )
    expect(await play({ attack, honest: {} })).toEqual({ attack: { 200: maxMissions + 20 } })
    expect([await first(), await second()]).toEqual(['200', '200'])
    const questions = [listed, unlisted].map(({ issuer }) => asked.filter((id) => id === issuer.id).length)
    printFigures({ 'questions for listed and unlisted': questions })
    expect(questions).toEqual([1, 2])
  },
)

/** A blob of about so many octets. */
function blobOf(name: string, octets: number) {
  const tools = Array.from({ length: 10 }, (_, n) => ({ name: `T${n}` }))
  const rest = 'x'.repeat(octets - JSON.stringify(tools).length - 200)
  const blob = {
    agent: 'aauth:planner@agent.example',
    approved_at: '2026-04-14T17:14:54Z',
    description: `${name} ${rest}`,
    approved_tools: tools,
  }
  const bytes = new TextEncoder().encode(JSON.stringify(blob))
  return { bytes, s256: createHash('sha256').update(bytes).digest('base64url') }
}

async function makeBlobScene(blobs: readonly ReturnType<typeof blobOf>[]) {
  const loaded: string[] = []
  const byDigest = new Map(blobs.map(({ bytes, s256 }) => [s256, bytes]))
  const load = ({ s256 }: Mission) => {
    loaded.push(s256)
    return byDigest.get(s256)
  }
  const scene = await makeScene({
    ...anyPersonServer,
    missions: monitorMissions({ blobs: load }),
    requirement: { tool: 'T1' },
  })
  const loads = ({ s256 }: { s256: string }): number => loaded.filter((one) => one === s256).length
  return { ...(await callers(scene)), loads, scene }
}

describe('mission blobs of an unlisted server', () => {
  it('of 48 000 octets are digested and parsed once for a hundred requests [O06]', async () => {
    const [large, small, other] = [blobOf('large', 48_000), blobOf('small', 1000), blobOf('other', 1000)]
    const { listed, unlisted, evil, under, loads } = await makeBlobScene([large, small, other])
    const honest = { listed: under(listed, small.s256), unlisted: under(unlisted, other.s256) }
    expect(await play({ attack: Array(100).fill(under(evil, large.s256)), honest })).toEqual({
      attack: { 200: 100 },
      listed: { 200: 5 },
      unlisted: { 200: 5 },
    })
    expect([large, small, other].map(loads)).toEqual([1, 1, 1])
  })

  it('of more than 16 MiB evict those of others, which are loaded once more [O04]', async () => {
    const [small, ...large] = [
      blobOf('small', 1000),
      ...Array.from({ length: 275 }, (_, n) => blobOf(`${n}`, 63_000)),
    ] as const
    const { listed, evil, under, loads } = await makeBlobScene([small, ...large])
    const honest = under(listed, small.s256)
    expect(await honest()).toBe('200')
    const attack = large.map(({ s256 }) => under(evil, s256))
    expect(await play({ attack, honest: {} })).toEqual({ attack: { 200: 275 } })
    expect([await honest(), loads(small)]).toEqual(['200', 2])
  })
})
