import type { ServerResponse } from 'node:http'
import type { ResourceEvent } from '@aauth-guard/core'
import { type AuthzenOptions, authzen } from '@aauth-guard/core/authzen'
import { makeGate } from '@aauth-guard/fixtures/gate'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, onTestFinished } from 'vitest'
import { outlastDeadlines, passDeadlines } from '../../../../scripts/patient-timers.ts'
import { type Answering, type Asked, allows, json, startPolicyDouble, status } from './policy-double.ts'

/** A caller that has passed a guard, and a check that it is put to directly, as often as a test needs. */
async function makeScene(answering: Answering, settings: Partial<AuthzenOptions> = {}) {
  const double = await startPolicyDouble(answering)
  const events: ResourceEvent[] = []
  const onEvent = (event: ResourceEvent): void =>
    void (event.type === 'aauth.circuit_changed.v1' && events.push(event))
  const world = await makeWorld({ replay: 'off', onEvent })
  const auth = await world.call(await world.agent.authToken({ scope: 'access' }))
  const check = authzen({ pdp: double.pdp, timeout: 10_000, ...settings })
  const request = { method: 'GET', target: '/notes', path: '/notes', query: '', header: () => [] }
  const outcome = (): Promise<unknown> =>
    check(auth, request).catch(
      ({ status: code, hint }: { status: number; hint: string }) => `${code} ${hint}`,
    )
  return { ...world, check, double, events, outcome, origin: new URL(double.pdp).origin }
}

describe('calls at the same time', () => {
  it('are 64 at most, and the others wait for their turn', async () => {
    const held: [Asked, ServerResponse][] = []
    const { double, outcome } = await makeScene((...given) => void held.push(given))
    const outcomes = Promise.all(Array.from({ length: 80 }, outcome))
    await double.reached(64)
    for (let answered = 0; answered < 80; answered++) {
      // Each answer lets one more call begin, as long as calls are waiting.
      const begun = Math.min(80, 64 + answered)
      await double.reached(begun)
      expect(double.asked).toHaveLength(begun)
      const [asked, response] = held.shift() as [Asked, ServerResponse]
      json({ decision: true })(asked, response)
    }
    expect(await outcomes).toEqual(Array(80).fill(true))
  })

  it('are refused with 503 once 1024 others wait', async () => {
    const held = makeGate<void>()
    const fetch = async (): Promise<Response> => {
      await held.passed
      return Response.json({ decision: true })
    }
    const { outcome } = await makeScene(allows, { fetch })
    const outcomes = Array.from({ length: 64 + 1024 }, outcome)
    expect(await outcome()).toMatch(
      /^503 the policy server "[^"]+" was not called, since too many calls are under way: too many calls are waiting/,
    )
    held.open()
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set([true]))
  })
})

describe('the circuit', () => {
  it('opens after five failures in a row, and closes when the policy server answers after five seconds', async () => {
    const { double, events, net, origin, outcome } = await makeScene(status(503))
    for (let count = 0; count < 5; count++) expect(await outcome()).toContain('answered with status 503')
    double.answers(allows)
    expect(await outcome()).toContain('was not called for 5 seconds after 5 consecutive failures')
    expect(double.asked).toHaveLength(5)
    net.clock.advance(4)
    expect(await outcome()).toContain('was not called')
    net.clock.advance(1)
    expect([await outcome(), await outcome()]).toEqual([true, true])
    expect(double.asked).toHaveLength(7)
    expect(events).toMatchObject([
      { type: 'aauth.circuit_changed.v1', subject: origin, state: 'open' },
      { type: 'aauth.circuit_changed.v1', subject: origin, state: 'closed' },
    ])
  })

  it('opens after five calls that were not answered in time', async () => {
    const { double, outcome } = await makeScene(() => undefined, { timeout: 500 })
    onTestFinished(outlastDeadlines)
    passDeadlines()
    for (let count = 0; count < 5; count++)
      expect(await outcome()).toContain('did not answer within the 500 ms')
    double.answers(allows)
    expect(await outcome()).toContain('was not called for 5 seconds after 5 consecutive failures')
  })

  it.each([
    ['a denial', json({ decision: false })],
    ['an answer that one evaluation request may have caused: 400', status(400)],
    ['an answer that one evaluation request may have caused: 500', status(500)],
    ['an answer without a decision', json({})],
  ])('stays closed after %s', async (_, answering) => {
    const { double, events, outcome } = await makeScene(answering)
    for (let count = 0; count < 8; count++) await outcome()
    expect([double.asked.length, events]).toEqual([8, []])
  })

  it('is that of one resource: another one asks for itself', async () => {
    const { check, double, outcome } = await makeScene(status(503))
    for (let count = 0; count < 6; count++) await outcome()
    const other = await makeWorld({ issuer: 'https://other.example' })
    const token = await other.agent.authToken({ aud: 'https://other.example' })
    double.answers(allows)
    await other.call(token, {
      url: 'https://other.example/notes',
      requirement: { check: check as never },
    })
    expect(double.asked).toHaveLength(6)
  })
})
