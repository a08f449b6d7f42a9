import { authorize, type Resource, type SignedRequest } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { countOfRuns } from '../../../../scripts/property-runs.ts'
import { digest, generations, granted, settled, verdict } from './watched.ts'

/** 10 000 in `npx pnpm@12 test:deep`. */
const count = countOfRuns(1000)
/** Of which so many are called at a time, beside those that ended. */
const called = Math.min(250, count / 10)
const activeTtl = 30
const maxStale = 300
/** Seconds after which everybody asks again once the source answers: the rest of the line, a step, the longest wait. */
const recovery = 15
/** Seconds in which the source fails, from the start: a short while, and one longer than `maxStale`. */
const outages = [
  [60, 90],
  [200, 600],
] as const

/** One mission, what it is called with, and what the model knows of it. */
interface Running {
  readonly request: SignedRequest
  readonly safe: boolean
  /** Seconds from the start at which the source knows that it ended. */
  endsAt: number
  /** `terminate()` has resolved. */
  terminated: boolean
}

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const fails = (at: number): boolean => outages.some(([from, until]) => at >= from && at < until)
const answers = (at: number): boolean => !outages.some(([from, until]) => at >= from && at < until + recovery)

/** What the model forbids, as a text for the list of faults. */
function faultOf(mission: Running, at: number, found: string): string | undefined {
  const { safe, endsAt, terminated } = mission
  const served = found === '200'
  if (terminated && found !== '403 mission_terminated') return `terminate() did not end it: ${found}`
  if (served && at >= endsAt + (safe && !answers(at) ? maxStale : activeTtl))
    return `served ${at - endsAt} s after its end, ${safe ? 'safe' : 'unsafe'}`
  if (found.startsWith('403') && !terminated && at < endsAt) return 'a live one was said to have ended'
  if (!served && answers(at) && !terminated && at < endsAt) return `a live one was refused: ${found}`
  return undefined
}

async function makeMissions(world: World): Promise<Running[]> {
  const { agent, net } = world
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const safe = i % 2 === 0
      const generation = generations[Math.floor(i / 2) % 2] ?? 'person-token'
      const token = await agent.authToken(granted({ mission: digest(i), generation }))
      const message = await agent.sign(`${net.resource}/notes`, { method: safe ? 'GET' : 'POST' }, { token })
      return {
        request: toSignedRequest(message),
        safe,
        endsAt: Number.POSITIVE_INFINITY,
        terminated: false,
      }
    }),
  )
}

/** Calls in groups that one person server can be asked about at a time. */
async function call(resource: Resource, missions: readonly Running[]): Promise<string[]> {
  const found: string[] = []
  for (let i = 0; i < missions.length; i += 1000)
    found.push(
      ...(await Promise.all(
        missions.slice(i, i + 1000).map(({ request }) => verdict(authorize(resource, request))),
      )),
    )
  return found
}

describe(`${count} missions, of which 200 are terminated,`, () => {
  it('are served while they are active, and not beyond the bound [MISS-9, L06, L08]', async () => {
    let at = 0
    const byDigest = new Map<string, Running>()
    const source = async ({ s256 }: { readonly s256: string }) => {
      if (fails(at)) throw new Error('down')
      return { status: at >= (byDigest.get(s256)?.endsAt ?? 0) ? 'terminated' : 'active' } as const
    }
    const missions = monitorMissions({ source, activeTtl, maxStale, deadline: 2000 })
    // All of them are called by one agent, whose share of remembered signatures is not what this is about.
    const world = await makeWorld({ missions, replay: 'off', onDecision: () => undefined })
    const { resource, net } = world
    const running = await makeMissions(world)
    for (const [i, mission] of running.entries()) byDigest.set(digest(i), mission)
    expect(new Set(await call(resource, running))).toEqual(new Set(['200']))

    const draw = numbers(7)
    const one = (): Running => running[draw(count)] as Running
    const faults: string[] = []
    const tally = new Map<string, number>()
    const ended = new Set<Running>()
    const end = async (): Promise<void> => {
      const mission = one()
      if (ended.has(mission)) return end()
      ended.add(mission)
      if (ended.size % 2 === 0) {
        mission.endsAt = at
        return
      }
      const approver = net.personServer.id
      await resource.missions.terminate({ approver, s256: digest(running.indexOf(mission)) })
      mission.terminated = true
    }
    while (at < 800) {
      // Within a second everything completes that does not wait.
      await settled()
      at += 2 + draw(4)
      net.clock.set(now + at)
      while (ended.size < Math.min(200, at / 3)) await end()
      const chosen = [...[...ended].filter(() => draw(3) === 0), ...Array.from({ length: called }, one)]
      for (const [i, found] of (await call(resource, chosen)).entries()) {
        const fault = faultOf(chosen[i] as Running, at, found)
        if (fault !== undefined) faults.push(`${at}: ${fault}`)
        tally.set(found.slice(0, 3), (tally.get(found.slice(0, 3)) ?? 0) + 1)
      }
    }
    expect(faults).toEqual([])
    // The run covered all cases: served, terminated, and status unavailable.
    expect([...tally.keys()].sort()).toEqual(['200', '403', '503'])

    await settled()
    const last = await call(resource, running)
    expect(last.filter((found) => found === '403 mission_terminated')).toHaveLength(200)
    expect(last.filter((found) => found === '200')).toHaveLength(count - 200)
  })
})
