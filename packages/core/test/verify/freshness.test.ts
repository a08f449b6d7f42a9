import { authorize, isAAuthError } from '@aauth-guard/core'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'

let world: World
let token: string
beforeAll(async () => {
  world = await makeWorld()
  token = await world.agent.authToken({ scope: 'access' })
})

async function outcome(options: Partial<SignOptions>): Promise<string> {
  const message = await world.agent.sign('https://notes.example/notes', {}, { token, ...options })
  return authorize(world.resource, toSignedRequest(message)).then(
    ({ type }) => type,
    (error: unknown) => (isAAuthError(error) ? error.code : String(error)),
  )
}

describe('the freshness check', () => {
  it.each([
    [-61, 'invalid_signature'],
    [-60, 'auth-token'],
    [60, 'auth-token'],
    [61, 'clock_skew'],
    [999_999_999_999_999 - now, 'clock_skew'],
    [-now - 1, 'invalid_signature'],
  ])('treats a signature made %i s from now as %s [SIG-18, SIG-19, C03, C04]', async (offset, expected) => {
    expect(await outcome({ created: now + offset })).toBe(expected)
  })

  it.each([
    [{ expires: now }, 'invalid_signature'],
    [{ expires: now + 1 }, 'auth-token'],
    [{ expires: 253_402_300_799 }, 'auth-token'],
    [{ expires: now + 10, created: now + 10 }, 'auth-token'],
    [{ expires: now + 10, created: now + 11 }, 'invalid_signature'],
    [{ expires: '2099' }, 'invalid_signature'],
    [{ expires: 1.5 }, 'invalid_signature'],
    [{ expires: true }, 'invalid_signature'],
  ])('treats %j as %s [SIG-20, R11-095, C06]', async (params, expected) => {
    expect(await outcome({ params })).toBe(expected)
  })

  it('applies the created window whatever expires promises [SIG-18, C06]', async () => {
    const options = { created: now - 61, params: { expires: now + 3600 } }
    expect(await outcome(options)).toBe('invalid_signature')
  })

  it('applies the configured window [SIG-18, SIG-19]', async () => {
    const wide = await makeWorld({ signatureWindow: 300 })
    expect((await wide.call(token, { created: now - 300 })).type).toBe('auth-token')
    expect((await wide.refusal(token, { created: now - 301 })).code).toBe('invalid_signature')
    expect((await wide.refusal(token, { created: now + 301 })).code).toBe('clock_skew')
  })

  it.each([
    [45, -45],
    [-45, 45],
  ])('checks a signature %i s and a token %i s off separately [R11-032, C13]', async (signature, issued) => {
    const skewed = await world.agent.authToken({
      scope: 'access',
      claims: { iat: now + issued, exp: now + 600 },
    })
    expect((await world.call(skewed, { created: now + signature })).type).toBe('auth-token')
  })

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32])('accepts the second %i [C14]', async (second) => {
    const later = await makeWorld()
    later.net.clock.set(second)
    const fresh = await later.agent.authToken({ scope: 'access' })
    expect((await later.call(fresh)).exp).toBe(second + 3600)
    expect((await later.refusal(fresh, { mistake: 'stale' })).code).toBe('invalid_signature')
  })
})
