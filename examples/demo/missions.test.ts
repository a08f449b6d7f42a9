import type { Missions } from '@aauth-guard/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Caller } from './caller.ts'
import { Narrator } from './narrator.ts'
import type { Outcome, Step } from './play.ts'
import { type Adapter, adapterNamed, adapters } from './runs-api/adapters.ts'
import { openStage, type Stage } from './stage.ts'
import { missionActs } from './story.ts'
import { simulatedTime } from './time.ts'

/** Plays the last two acts, with something changed before. */
async function play(
  adapter: Adapter,
  change: (stage: Stage) => void = () => undefined,
): Promise<{ failure: string | undefined; lines: string[] }> {
  const stage = await openStage(adapter, simulatedTime)
  const lines: string[] = []
  try {
    change(stage)
    const narrator = new Narrator(
      (line) => lines.push(line),
      (_, text) => text,
    )
    return { failure: await narrator.tell([], missionActs(stage)), lines }
  } finally {
    await stage.close()
  }
}

describe('the acts about missions', () => {
  it.each(Object.keys(adapters) as Adapter[])(
    'go as expected in both generations on %s: a run is resumed by mission and class alone, until the mission is terminated [MISS-4, MISS-9, MISS-10, MISS-11, CLASS-2, CLASS-3]',
    async (adapter) => {
      const { failure, lines } = await play(adapter)
      expect(failure).toBeUndefined()
      expect(lines.join(' ')).toContain(`At runs.example, here on ${adapter},`)
      expect(lines.at(-1)).toBe('  ✓ 39 steps, all of them as expected.')
    },
  )

  it.each<[Adapter, number, RegExp]>([
    ['express', 404, /<pre>Cannot GET \/nothing<\/pre>/],
    ['koa', 404, /^Not Found$/],
    ['hono', 404, /^404 Not Found$/],
    // The guard is before everything else.
    ['fetch', 401, /"error":"invalid_signature"/],
  ])(
    'run against an API on %s, whose answer to an unknown route is that of its framework',
    async (adapter, status, words) => {
      const stage = await openStage(adapter, simulatedTime)
      try {
        const response = await fetch(`${stage.apis['runs.example']}/nothing`)
        expect(response.status).toBe(status)
        expect(await response.text()).toMatch(words)
      } finally {
        await stage.close()
      }
    },
  )

  it('are not played on an adapter that does not exist', () => {
    expect(() => adapterNamed('toString')).toThrow(
      new RangeError('there is no adapter toString, only express, koa, hono, fetch'),
    )
  })

  it.each<[string, (missions: Missions) => void, string]>([
    [
      'does not know the API',
      (missions) => {
        missions.managers = []
      },
      '4 "With it, it asks for a run." did not go as expected: status was 503',
    ],
    [
      'cannot say whether the mission lives',
      (missions) => {
        missions.misbehaviour = 'server-error'
      },
      '4 "With it, it asks for a run." did not go as expected: status was 503',
    ],
    [
      'names another mission in its answer',
      (missions) => {
        missions.misbehaviour = 'other-mission'
      },
      '4 "With it, it asks for a run." did not go as expected: status was 503',
    ],
    [
      'lets the mission expire',
      (missions) => {
        missions.lifetime = 0
      },
      '3 "It asks ps.example for a person token for runs.example, under the mission." did not go as expected: status was 403',
    ],
    [
      'never terminates the mission',
      (missions) => {
        missions.end = async () => []
      },
      '19 "Ada ends the mission at ps.example, while the replacement is at work." did not go as expected: terminated there was false',
    ],
  ])('stop where the person server %s', async (_, change, step) => {
    const { failure } = await play('fetch', ({ ps }) => change(ps.missions))
    expect(failure?.slice(0, `Step ${step}`.length)).toBe(`Step ${step}`)
  })
})

describe('the cast of a mission', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage('express', simulatedTime)
  })
  afterEach(() => stage.close())

  it.each(['missionCast', 'classicMissionCast'] as const)(
    'is one agent with three keys, and one unrelated agent (%s)',
    (name) => {
      const { first, second, replacement, foreign } = stage[name]
      expect(new Set([first.id, second.id, replacement.id]).size).toBe(1)
      expect(foreign.id).not.toBe(first.id)
      const keys = [first, second, replacement, foreign].map(({ key }) => key.thumbprint)
      expect(new Set(keys).size).toBe(4)
    },
  )

  it('may send the same request twice in a second, which is not a replay', async () => {
    const caller = new Caller(stage, stage.missionCast.first)
    const asked = () => caller.askForPersonToken('https://runs.example')
    const statuses = [(await asked()).facts.status, (await asked()).facts.status]
    expect(statuses).toEqual([200, 200])
  })

  it('checks the digest of a mission against the record that Ada approved', async () => {
    const { first } = stage.missionCast
    const propose = first.proposeMission.bind(first)
    first.proposeMission = async (...given) => ({
      ...(await propose(...given)),
      blob: new TextEncoder().encode('{}'),
    })
    const outcome = await new Caller(stage, first).propose('Sort the mail')
    expect(outcome.facts['s256 is the digest of the record']).toBe(false)
  })
})

describe('the measurement after the termination', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage('express', simulatedTime)
  })
  afterEach(() => stage.close())

  /** Plays the first act up to the step after the termination. */
  async function untilRefused(): Promise<{ step: Step; outcome: Outcome }> {
    for (const step of missionActs(stage)[0]?.steps ?? []) {
      const outcome = await step.play()
      if (step.who.includes('until it is refused')) return { step, outcome }
    }
    throw new Error('there is no such step')
  }

  it('reports how long the API kept serving, and compares it with the bound', async () => {
    const { step, outcome } = await untilRefused()
    expect(outcome.facts).toEqual(step.told)
    expect(outcome.aside).toEqual([
      expect.stringMatching(/^Refused \d\.\d\d s after Ada ended it; the bound is 1 s\.$/),
      expect.stringMatching(/^Of \d+ steps before that, the last one began after (\d\.\d\d|-) s\.$/),
    ])
  })

  it('counts the requests that were served after the bound', async () => {
    const { missions } = stage.ps
    const end = missions.end.bind(missions)
    const { time } = stage
    const pause = time.pause.bind(time)
    missions.end = async (s256, reason) => {
      const due = time.now() + 1.4
      time.pause = async (milliseconds) => {
        await pause(milliseconds)
        if (time.now() < due) return
        time.pause = pause
        await end(s256, reason)
      }
      return []
    }
    const { step, outcome } = await untilRefused()
    const late = 'served more than 1 s after the end'
    expect(outcome.facts[late]).toBeGreaterThan(0)
    expect({ ...outcome.facts, [late]: 0 }).toEqual(step.told)
  })

  it('waits at most a few seconds for an API that never refuses', async () => {
    stage.ps.missions.end = async () => []
    const { outcome } = await untilRefused()
    expect(outcome.facts.status).toBe(200)
    expect(outcome.facts['served more than 1 s after the end']).toBeGreaterThan(0)
  })
})
