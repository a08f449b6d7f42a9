import { describe, expect, it } from 'vitest'
import { answerWith, makeAnsweredWorld, personKeys, personMetadata } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const kib = 1024

/** A JSON text of exactly so many octets. */
function padded(value: unknown, octets: number): string {
  return JSON.stringify(value).padEnd(octets, ' ')
}

describe('a document at its limit is read, and one over it is refused', () => {
  const metadata = { issuer: 'https://ps.example', jwks_uri: personKeys }
  it.each([
    [64 * kib, 'accepted'],
    [64 * kib + 1, 'invalid_jwt'],
  ])('metadata of %i octets: %s [I11, R11-128]', async (octets, expected) => {
    const world = await makeAnsweredWorld()
    world.answer(personMetadata, answerWith(padded(metadata, octets)))
    expect(await outcomeOf(world)).toBe(expected)
  })

  it.each([
    [128 * kib, 'accepted'],
    [128 * kib + 1, 'invalid_jwt'],
  ])('a JWKS of %i octets: %s [I11, R11-128]', async (octets, expected) => {
    const world = await makeAnsweredWorld()
    const { jwk, kid } = world.net.personServer.key
    world.answer(personKeys, answerWith(padded({ keys: [{ ...jwk, kid }] }, octets)))
    expect(await outcomeOf(world)).toBe(expected)
  })

  it('whatever Content-Length says [I11]', async () => {
    const world = await makeAnsweredWorld()
    const body = padded(metadata, 65 * kib)
    world.answer(personMetadata, answerWith(body, { headers: { 'content-length': '90' } }))
    expect(await outcomeOf(world)).toBe('invalid_jwt')
  })
})

describe('a body that is not needed is cancelled', () => {
  /** An endless body, and whether its reader has cancelled it. */
  function endless(): { body: ReadableStream; served: () => number; left: () => boolean } {
    let served = 0
    let left = false
    const body = new ReadableStream({
      pull(controller) {
        served += 16 * kib
        controller.enqueue(new Uint8Array(16 * kib))
      },
      cancel() {
        left = true
      },
    })
    return { body, served: () => served, left: () => left }
  }

  it('when it is too long, without much more being read [I11, R11-128]', async () => {
    const world = await makeAnsweredWorld()
    const { body, served, left } = endless()
    world.answer(personMetadata, answerWith(body))
    expect([await outcomeOf(world), left()]).toEqual(['invalid_jwt', true])
    expect(served()).toBeLessThanOrEqual(128 * kib)
  })

  it.each([
    ['of an error', { status: 404 }],
    ['of another type', { headers: { 'content-type': 'text/html' } }],
    ['of a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }],
  ])('when it is the body %s', async (_, init) => {
    const world = await makeAnsweredWorld()
    const { body, left } = endless()
    world.answer(personMetadata, answerWith(body, init))
    expect([await outcomeOf(world), left()]).toEqual(['invalid_jwt', true])
  })
})
