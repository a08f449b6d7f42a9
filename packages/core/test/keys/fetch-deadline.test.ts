import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { describe, expect, it } from 'vitest'
import { answerWith, makeAnsweredWorld, personKeys, personMetadata, settled } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const limits = { fetchDeadline: 50 }

describe('an answer that does not come within the deadline is given up with 503', () => {
  it('when the fetch does not listen to its signal [I12, R11-130]', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personMetadata, neverAnswers)
    const { status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([status, headers['retry-after']]).toEqual([503, '5'])
  })

  it('when the headers come and the body does not [I12, R11-130]', async () => {
    const world = await makeAnsweredWorld()
    let left = false
    const source = {
      pull: neverAnswers,
      cancel() {
        left = true
      },
    }
    const body = new ReadableStream(source, { highWaterMark: 0 })
    world.answer(personMetadata, answerWith(body))
    expect([await outcomeOf(world), left]).toEqual(['server_error', true])
  })

  it('when the JWKS does not come, and the floor counts that request [I12, R11-124]', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personKeys, neverAnswers)
    const { status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([status, headers['retry-after']]).toEqual([503, '60'])
  })

  it('which is one for both documents [I12]', async () => {
    const world = await makeAnsweredWorld()
    const signals: unknown[] = []
    for (const url of [personMetadata, personKeys]) {
      world.answer(url, (init) => {
        signals.push(init?.signal)
        return world.net.fetch(url, init)
      })
    }
    expect(await outcomeOf(world)).toBe('accepted')
    expect(signals).toEqual([expect.any(AbortSignal), signals[0]])
    expect(signals[1]).toBe(signals[0])
  })

  it('and is worth nothing when it comes afterwards', async () => {
    const world = await makeAnsweredWorld({ limits })
    const open = world.hold(personMetadata)
    await outcomeOf(world)
    open()
    await settled()
    expect(await outcomeOf(world)).toBe('server_error')
    expect(world.asked).toEqual([personMetadata])
  })
})
