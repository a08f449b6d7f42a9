import { now } from '@aauth-guard/fixtures/world'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { acme, bare, scene, signed } from './scene.ts'

describe('the end of a credential', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const day = 86_400
  const until = (seconds: number) => ({ until: new Date(seconds * 1000) })
  /** Those of requests: a resource may say something when it is made. */
  const warnings = () => vi.spyOn(console, 'warn').mockReturnValue()

  it('comes with the second that "until" names, and check is not asked any more', async () => {
    const check = vi.fn(() => acme)
    const { authorize, refuse, net } = await scene(check, { scope: 'notes.read' }, until(now + 10))
    const said = warnings()
    net.clock.advance(9)
    expect((await authorize())?.type).toBe('other')
    net.clock.advance(1)
    const error = await refuse()
    expect([error.status, error.message, error.headers['www-authenticate'], check.mock.calls.length]).toEqual(
      [401, 'The credential is no longer accepted.', 'ApiKey', 1],
    )
    expect(error.hint).toBe(
      '"X-API-Key" ended with "until" of alternativeCredential, on 2026-09-21T14:13:30.000Z: the caller must use AAuth',
    )
    expect(said).toHaveBeenCalledTimes(1)
  })

  it('leaves AAuth and the optional route as they are', async () => {
    const world = await scene(() => acme, { optional: true }, until(now))
    expect([await world.authorize(bare()), (await world.authorize(await signed(world)))?.type]).toEqual([
      undefined,
      'auth-token',
    ])
    expect((await world.refuse(await signed(world, { 'x-api-key': 'of-acme' }))).code).toBe('invalid_request')
  })

  it('is announced on each day of use in the 30 days before, and not earlier', async () => {
    const { authorize, net } = await scene(() => acme, {}, until(now + 31 * day))
    const said = warnings()
    await authorize()
    net.clock.advance(day - 1)
    await authorize()
    expect(said).not.toHaveBeenCalled()
    net.clock.advance(1)
    await authorize()
    await authorize()
    expect(said.mock.calls).toEqual([
      [
        'aauth-guard: "X-API-Key" is still used, and "until" of alternativeCredential ends it on 2026-10-22T14:13:20.000Z: move its callers to AAuth, which onDecision shows as credential "other"',
      ],
    ])
    net.clock.advance(day)
    await authorize()
    await authorize()
    expect(said).toHaveBeenCalledTimes(2)
  })

  it('is not announced where only AAuth is used', async () => {
    const world = await scene(() => acme, {}, until(now + day))
    const said = warnings()
    await world.authorize(await signed(world))
    expect(said).not.toHaveBeenCalled()
  })
})
