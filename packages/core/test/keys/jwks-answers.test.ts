import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import {
  answerWith,
  type IssuerAnswer,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
} from './issuer-answers.ts'

// The right keys every time: only the status is wrong.
const { jwk, kid } = (await makeWorld()).net.personServer.key
const jwks = JSON.stringify({ keys: [{ ...jwk, kid }] })
const status = (code: number): IssuerAnswer => answerWith(code === 304 ? null : jwks, { status: code })
const redirect = (code: number, location: string): IssuerAnswer =>
  answerWith(jwks, { status: code, headers: { location } })

/** As the guarded egress says that it does not dial. */
const refusedAddress = Object.assign(new Error('address refused'), { name: 'RefusedAddress' })

describe('a JWKS request that fails permanently is a fault of the issuer', () => {
  it.each<[string, IssuerAnswer]>([
    ['404', status(404)],
    ['401', status(401)],
    ['304 without anything to revalidate', status(304)],
    ['201', status(201)],
    ['203, which a proxy has changed', status(203)],
    ['206, which is a part', status(206)],
    ['300 with a choice', status(300)],
    ['a redirect 301 to another host [I07, R11-128]', redirect(301, 'https://elsewhere.example/jwks')],
    ['a redirect 302 to plain http [I07, R11-128]', redirect(302, 'http://ps.example/jwks.json')],
    ['a redirect 307 to an inner address [I07, R11-128]', redirect(307, 'https://169.254.169.254/')],
    ['a redirect 308 to itself [I07]', redirect(308, personKeys)],
    ['an address that is refused [R11-128]', () => Promise.reject(refusedAddress)],
    ['a web page [I13]', answerWith('<html>', { headers: { 'content-type': 'text/html' } })],
    ['a body that is not JSON', answerWith('{"keys": [')],
    ['keys that are an object [I14]', answerWith('{"keys":{}}')],
    ['keys that are a string [I14]', answerWith('{"keys":"[]"}')],
    ['keys that are null [I14]', answerWith('{"keys":null}')],
    ['an array of keys without object around it [I14]', answerWith('[]')],
  ])('%s', async (_, answer) => {
    const world = await makeAnsweredWorld()
    world.answer(personKeys, answer)
    const token = await world.agent.personToken()
    const { code, status: httpStatus, headers } = await world.refusal(token, { requirement: personRoute })
    expect([code, httpStatus]).toEqual(['invalid_jwt', 401])
    expect(headers).toEqual({ 'cache-control': 'no-store', 'signature-error': 'error=invalid_jwt' })
    expect(world.asked).toEqual([personMetadata, personKeys])
  })
})

describe('a JWKS request that fails temporarily is answered 503, with the minimum interval as Retry-After', () => {
  it.each<[string, IssuerAnswer]>([
    ['500', status(500)],
    ['502', status(502)],
    ['503', status(503)],
    ['429', status(429)],
    ['408', status(408)],
    ['a connection that breaks', () => Promise.reject(new TypeError('terminated'))],
  ])('%s [R11-124, R11-130]', async (_, answer) => {
    const world = await makeAnsweredWorld()
    world.answer(personKeys, answer)
    const token = await world.agent.personToken()
    const { code, status: httpStatus, headers } = await world.refusal(token, { requirement: personRoute })
    expect([code, httpStatus]).toEqual(['server_error', 503])
    expect(headers).toEqual({ 'cache-control': 'no-store', 'retry-after': '60' })
  })
})

it('the caller gets the same answer for every temporary failure of an issuer [P03]', async () => {
  const bodies = await Promise.all(
    ['connect ECONNREFUSED 10.0.0.5:443', 'getaddrinfo ENOTFOUND', 'certificate has expired'].map(
      async (text) => {
        const world = await makeAnsweredWorld()
        world.answer(personMetadata, () => Promise.reject(new Error(text)))
        const refusal = await world.refusal(await world.agent.personToken(), { requirement: personRoute })
        return [refusal.problem, refusal.headers, refusal.hint?.endsWith(text)]
      },
    ),
  )
  const detail = 'The request could not be decided. Try again later.'
  const answer = [
    { status: 503, error: 'server_error', detail, error_description: detail },
    { 'cache-control': 'no-store', 'retry-after': '5' },
    true,
  ]
  expect(bodies).toEqual([answer, answer, answer])
})
