import type { Auth, ClassPolicy } from '@aauth-guard/core'
import { type MissionGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'
import type { Agent } from '@aauth-guard/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Fleet, makeFleet, one, type RuntimeCall, two } from './runtimes.ts'

/** Runs of an API: server-side state with the grant that may resume it, as a database would keep both. */
class Runs {
  readonly #runs = new Map<string, { readonly grant: string; steps: number }>()

  start(id: string, auth: Auth): void {
    this.#runs.set(id, { grant: JSON.stringify(missionGrant(auth)), steps: 1 })
  }

  /** The number of the step, or why there was none. */
  step(id: string, auth: Auth, policy?: ClassPolicy): number | string {
    const run = this.#runs.get(id)
    if (run === undefined) return 'nothing'
    const found = mayResume(JSON.parse(run.grant) as MissionGrant, auth, policy)
    if (found !== 'match') return found
    run.steps += 1
    return run.steps
  }
}

let fleet: Fleet
let runs: Runs
beforeEach(async () => {
  fleet = await makeFleet({ linkedKeys: 300 })
  runs = new Runs()
})

describe('before draft 11', () => {
  const auth = (runtime: Agent, call: RuntimeCall = {}): Promise<Auth> =>
    fleet.auth(runtime, { generation: 'mission-header', mission: one, ...call })
  let first: Agent
  beforeEach(async () => {
    first = await fleet.runtime('first')
    runs.start('run', await auth(first))
  })

  it('a replacement of the same provider, with its own key, resumes when a runtime died [CLASS-1]', async () => {
    const replacement = await fleet.runtime('replacement')
    expect(replacement.key.thumbprint).not.toBe(first.key.thumbprint)
    expect(runs.step('run', await auth(replacement))).toBe(2)
  })

  it('two runtimes of a provider work on one run in parallel [CLASS-1]', async () => {
    const [left, right] = await Promise.all([auth(first), fleet.runtime('second').then((one) => auth(one))])
    expect([runs.step('run', left), runs.step('run', right), runs.step('run', left)]).toEqual([2, 3, 4])
  })

  it('a run that began on a desktop is resumed in the cloud of the provider, months later [CLASS-1]', async () => {
    fleet.net.clock.advance(90 * 86_400)
    const cloud = await fleet.runtime('cloud.eu-central.7')
    expect(runs.step('run', await auth(cloud))).toBe(2)
  })

  it('a sub-agent is replaced by another one of its provider [CLASS-1]', async () => {
    const helper = await fleet.runtime('planner+helper')
    const act = { agent: 'aauth:planner@agent.example' }
    runs.start('errand', await auth(helper, { claims: { act } }))
    const another = await fleet.runtime('planner+helper-2')
    expect(runs.step('errand', await auth(another, { claims: { act } }))).toBe(2)
    expect(runs.step('errand', await auth(first))).toBe(3)
  })

  it('another device of the person takes over, with a key of another kind [CLASS-1]', async () => {
    const phone = await fleet.net.agent({ name: 'phone', alg: 'ES256' })
    expect(runs.step('run', await auth(phone))).toBe(2)
  })

  it('a runtime of another provider in the same mission cannot resume [CLASS-3]', async () => {
    const foreign = await fleet.runtime('first', fleet.otherProvider)
    expect(runs.step('run', await auth(foreign))).toBe('class_mismatch')
  })

  it('the same provider in another mission cannot resume [MISS-11]', async () => {
    expect(runs.step('run', await auth(first, { mission: two }))).toBe('mission_mismatch')
  })

  it('the same agent without a mission cannot resume [MISS-11, X5]', async () => {
    expect(runs.step('run', await fleet.auth(first, { generation: 'mission-header' }))).toBe(
      'mission_mismatch',
    )
  })

  it('the same agent cannot resume with a mission that it only asserts [MISS-4]', async () => {
    const asserted = { approver: 'https://ps.example', s256: one }
    const bare = await fleet.auth(first, { generation: 'mission-header', asserted })
    expect(runs.step('run', bare)).toBe('mission_mismatch')
  })

  it('a customer of the same provider cannot resume the run of another [CLASS-4, X27]', async () => {
    const theirs = await fleet.runtime('first')
    expect(runs.step('run', await auth(theirs, { sub: 'person-2' }))).toBe('person_mismatch')
  })
})

describe('in draft 11, where tokens name no provider', () => {
  const auth = (runtime: Agent, call: RuntimeCall = {}): Promise<Auth> =>
    fleet.auth(runtime, { mission: one, ...call })
  let first: Agent
  beforeEach(async () => {
    first = await fleet.runtime('first')
    await fleet.auth(first, { kind: 'agent-token' })
    runs.start('run', await auth(first))
  })
  /** What happens under `deny`, `mission-only`, `same-key` and `linked-key`. */
  const steps = (caller: Auth): (number | string)[] =>
    (['deny', 'mission-only', 'same-key', 'linked-key'] as const).map((policy) =>
      runs.step('run', caller, policy),
    )

  it('a replacement resumes under mission-only, or once its key is linked to the provider [CLASS-1, CLASS-2]', async () => {
    const replacement = await fleet.runtime('replacement')
    expect(steps(await auth(replacement))).toEqual(['class_unknown', 2, 'class_unknown', 'class_unknown'])
    await fleet.auth(replacement, { kind: 'agent-token' })
    expect(steps(await auth(replacement))).toEqual(['class_unknown', 3, 'class_unknown', 4])
  })

  it('two runtimes work in parallel, one with the key of the grant and one with its own [CLASS-2]', async () => {
    const [left, right] = await Promise.all([auth(first), fleet.runtime('second').then((one) => auth(one))])
    expect(steps(left)).toEqual(['class_unknown', 2, 3, 4])
    expect(steps(right)).toEqual(['class_unknown', 5, 'class_unknown', 'class_unknown'])
  })

  it('a run is resumed elsewhere, long after the link of its first key is forgotten [CLASS-1]', async () => {
    fleet.net.clock.advance(90 * 86_400)
    const cloud = await fleet.runtime('cloud')
    await fleet.auth(cloud, { kind: 'agent-token' })
    expect(steps(await auth(cloud))).toEqual(['class_unknown', 2, 'class_unknown', 3])
  })

  it('a sub-agent resumes like any runtime of the provider [CLASS-1]', async () => {
    const helper = await fleet.runtime('first+helper')
    await fleet.auth(helper, { kind: 'agent-token' })
    expect(steps(await auth(helper))).toEqual(['class_unknown', 2, 'class_unknown', 3])
  })

  it('another device resumes with a person token [CLASS-1]', async () => {
    const phone = await fleet.net.agent({ name: 'phone', alg: 'ES256' })
    await fleet.auth(phone, { kind: 'agent-token' })
    expect(steps(await auth(phone, { kind: 'person-token' }))).toEqual([
      'class_unknown',
      2,
      'class_unknown',
      3,
    ])
  })

  it('a runtime known to be of another provider cannot resume under any policy [CLASS-3]', async () => {
    const foreign = await fleet.runtime('foreign', fleet.otherProvider)
    await fleet.auth(foreign, { kind: 'agent-token' })
    expect(steps(await auth(foreign))).toEqual([
      'class_mismatch',
      'class_mismatch',
      'class_mismatch',
      'class_mismatch',
    ])
  })

  it.each<[string, RuntimeCall, string]>([
    ['in another mission [MISS-11]', { mission: two }, 'mission_mismatch'],
    ['for another person [CLASS-4]', { sub: 'person-2' }, 'person_mismatch'],
    ['with a token of the generation before [CLASS-4]', { generation: 'mission-header' }, 'person_mismatch'],
  ])('the same runtime cannot resume under any policy %s', async (_, call, expected) => {
    expect(steps(await auth(first, call))).toEqual([expected, expected, expected, expected])
  })

  it('the same agent without a mission cannot resume under any policy [MISS-11, X5]', async () => {
    const expected = 'mission_mismatch'
    expect(steps(await fleet.auth(first, {}))).toEqual([expected, expected, expected, expected])
    expect(steps(await fleet.auth(first, { kind: 'agent-token' }))).toEqual([
      expected,
      expected,
      expected,
      expected,
    ])
  })
})
