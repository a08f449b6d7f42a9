import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { describe, expect, it } from 'vitest'
import { answerWith, makeAnsweredWorld, personKeys, personMetadata, settled } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const limits = { fetchDeadline: 50 }

describe('a fetch that exceeds the deadline is answered 503', () => {
  it('when the injected fetch ignores its signal [I12, R11-130]', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personMetadata, neverAnswers)
    const { status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([status, headers['retry-after']]).toEqual([503, '5'])
  })

  it('when the headers arrive and the body does not [I12, R11-130]', async () => {
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

  it('when the JWKS does not arrive, and that request counts for the minimum interval [I12, R11-124]', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personKeys, neverAnswers)
    const { status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([status, headers['retry-after']]).toEqual([503, '60'])
  })

  it('when both documents together exceed it [I12]', async () => {
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

  it('and a late answer is ignored', async () => {
    const world = await makeAnsweredWorld({ limits })
    const open = world.hold(personMetadata)
    await outcomeOf(world)
    open()
    await settled()
    expect(await outcomeOf(world)).toBe('server_error')
    expect(world.asked).toEqual([personMetadata])
  })
})
