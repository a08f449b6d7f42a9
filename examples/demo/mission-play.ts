import type { Agent } from '@aauth-guard/testing'
import { Caller } from './caller.ts'
import type { MissionCast } from './mission-cast.ts'
import type { Outcome } from './play.ts'
import { activeTtl } from './runs-api/runs.ts'
import { further } from './send.ts'
import type { Stage } from './stage.ts'

export const api = 'https://runs.example'
/** Seconds after which an API that goes on serving is not waited for. */
const patience = 4

/** Those who act in a mission, what they do, and what is told of it. */
export class MissionPlay {
  readonly first: Caller
  readonly second: Caller
  readonly replacement: Caller
  readonly foreign: Caller
  readonly cast: MissionCast
  /** Host of the person server. */
  readonly host: string
  private readonly stage: Stage
  private readonly digests = new Map<string, string>()
  private endedAt = 0

  constructor(stage: Stage, cast: MissionCast) {
    const caller = (agent: Agent): Caller => new Caller(stage, agent)
    this.stage = stage
    this.cast = cast
    this.host = new URL(cast.personServer.id).host
    this.first = caller(cast.first)
    this.second = caller(cast.second)
    this.replacement = caller(cast.replacement)
    this.foreign = caller(cast.foreign)
  }

  /** A mission by the name that it has in the story. */
  mission(name: string): { readonly approver: string; readonly s256: string } {
    return { approver: this.cast.personServer.id, s256: this.digests.get(name) ?? '' }
  }

  async propose(caller: Caller, name: string, description: string): Promise<Outcome> {
    const { mission, ...outcome } = await caller.propose(description)
    this.digests.set(name, mission.s256)
    const digest = `Its digest, s256: ${mission.s256.slice(0, 8)}…, from here on called ${name}`
    return { ...outcome, aside: [...(outcome.aside ?? []), digest] }
  }

  /** Two at once. The API counts their steps in whatever order they come. */
  async together(one: Caller, other: Caller): Promise<Outcome> {
    const outcomes = await Promise.all([this.step(one), this.step(other)])
    const steps = outcomes.map(({ facts }) => (facts.body as { step?: number } | undefined)?.step ?? 0)
    const [first = [], second = []] = outcomes.map(({ sent }) => ownOf(sent))
    return {
      sent: [...first, ...further(second)],
      facts: { statuses: outcomes.map(({ facts }) => facts.status), steps: steps.sort((a, b) => a - b) },
    }
  }

  step(caller: Caller): Promise<Outcome> {
    return caller.post(`${api}/runs/run-${this.run}/steps`, { token: caller.held.authToken })
  }

  /** Both person servers’ missions are worked on in the one API, one after the other. */
  get run(): number {
    return this.cast === this.stage.missionCast ? 1 : 2
  }

  async end(name: string): Promise<Outcome> {
    const { missions } = this.cast.personServer
    const { s256 } = this.mission(name)
    await missions.end(s256, 'revoked')
    this.endedAt = this.stage.time.now()
    return {
      sent: [`(at ${this.host}) end ${name}: revoked`],
      facts: { 'terminated there': missions.get(s256)?.terminatedAt !== undefined },
    }
  }

  /** Goes on working until the API refuses, and says how long that took since the end. */
  async workUntilRefused(caller: Caller): Promise<Outcome> {
    const { time } = this.stage
    const since = (): number => time.now() - this.endedAt
    const begun: number[] = []
    for (;;) {
      const now = since()
      const { facts, ...outcome } = await this.step(caller)
      if (facts.status !== 200 || now > patience) {
        const late = begun.filter((second) => second > activeTtl).length
        const last = begun.at(-1)?.toFixed(2) ?? '-'
        return {
          ...outcome,
          facts: { ...facts, [`served more than ${activeTtl} s after the end`]: late },
          aside: [
            `Refused ${since().toFixed(2)} s after Ada ended it; the bound is ${activeTtl} s.`,
            `Of ${begun.length} steps before that, the last one began after ${last} s.`,
          ],
        }
      }
      begun.push(now)
      await time.pause(20)
    }
  }

  /**
   * Calls missions by their names, and leaves out what depends on when a step is played: an answer holds for a while, so
   * that the API does not always ask.
   * @param asks whether it surely does, and so what the servers ask of each other is told
   */
  async told(play: Promise<Outcome>, asks = false): Promise<Outcome> {
    const { facts, ...outcome } = await play
    const shown = Object.entries(facts).flatMap(([name, value]): [string, unknown][] => {
      if (name === 'API looked up') return []
      if (!asks && (name === 'runs.example asked' || name === `${this.host} asked`)) return []
      if (name.endsWith(' asked') && !asks)
        return [[name, (value as string[]).filter((line) => !line.startsWith('GET runs.example/'))]]
      // An answer holds for a second, so that a slow machine asks again within one request.
      if (name.endsWith(' asked')) return [[name, [...new Set(value as string[])]]]
      return [[name, value]]
    })
    return this.byName({ ...outcome, facts: Object.fromEntries(shown) })
  }

  private byName({ aside, ...outcome }: Outcome): Outcome {
    const named = [...this.digests].reduce(
      (text, [name, s256]) => text.replaceAll(s256, name).replaceAll(`${s256.slice(0, 8)}…`, name),
      JSON.stringify(outcome),
    )
    return {
      ...(JSON.parse(named) as Outcome),
      ...(aside && { aside }),
    }
  }
}

/** What is said of the request itself, without those that it led to. */
function ownOf(sent: readonly string[]): readonly string[] {
  const next = sent.findIndex((line) => line.startsWith('→ '))
  return next === -1 ? sent : sent.slice(0, next)
}
