import {
  type AAuthError,
  alternativeCredential,
  authorize,
  isAAuthError,
  issueResourceToken,
} from '@aauth-guard/core'
import { assertGrant, monitorMissions } from '@aauth-guard/core/missions'
import { answerOfStepUp, askForToken, makeSigningKey, notes } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeRevocationWorld } from '@aauth-guard/fixtures/revoking'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const limits = { requestDeadline: 2000 }
const { d: _, ...publicKey } = await makeSigningKey()

/** A callback that does not settle before `reject` is called, and a promise that it was called. */
function hanging() {
  let [call, reject]: ((reason?: unknown) => void)[] = []
  const called = new Promise<void>((resolve) => {
    call = resolve as () => void
  })
  const pending = new Promise<never>((_, fail) => {
    reject = fail
  })
  const callback = (): Promise<never> => {
    call?.()
    return pending
  }
  return { called, callback, reject: () => reject?.(new Error('too late')) }
}
type Hanging = ReturnType<typeof hanging>['callback']

/** Prepares what will hang, and starts it. */
type Scene = (callback: Hanging) => Promise<() => Promise<unknown>>

const scenes: readonly (readonly [what: string, Scene])[] = [
  [
    '"check"',
    async (check) => {
      const { agent, call } = await makeWorld({ limits })
      const token = await agent.authToken({ scope: 'access' })
      return () => call(token, { requirement: { check } })
    },
  ],
  [
    '"check" of alternativeCredential',
    async (check) => {
      const { resource } = await makeWorld({ limits })
      const alternative = alternativeCredential({ when: { scheme: 'Bearer' }, check })
      const header = (name: string) => (name === 'authorization' ? ['Bearer of-acme'] : [])
      return () => authorize(resource, { method: 'GET', target: '/notes', header }, { alternative })
    },
  ],
  [
    '"recorder"',
    async (recorder) => {
      const { agent, call } = await makeWorld({ limits, recorder })
      const token = await agent.authToken({ scope: 'access' })
      return () => call(token)
    },
  ],
  [
    '"blobs" of monitorMissions',
    async (blobs) => {
      const { agent, call } = await makeWorld({ limits, missions: monitorMissions({ blobs }) })
      const token = await agent.authToken({ scope: 'access', mission: s256 })
      return () => call(token, { requirement: { tool: 'send' } })
    },
  ],
  [
    '"load" of requireGrant',
    async (load) => {
      const { agent, call } = await makeWorld({ limits })
      const auth = await call(await agent.authToken({ scope: 'access', mission: s256 }))
      return () => assertGrant(auth, load)
    },
  ],
  [
    '"accounts"',
    async (accounts) => {
      const world = await makeWorld({ ...notes, limits, accounts })
      const body = { scope: 'notes.read', account: 'ws-7' }
      return async () => {
        const { status } = await askForToken(world, { body })
        // The hint is in what the resource reported.
        throw Object.assign(world.refusals[0] as AAuthError, { answered: status })
      }
    },
  ],
  [
    'the keys of the issuer',
    async (fetch) => {
      const { agent, call } = await makeWorld({
        limits: { ...limits, fetchDeadline: 10_000 },
        fetch: fetch as never,
      })
      const token = await agent.authToken({ scope: 'access' })
      return () => call(token)
    },
  ],
  [
    'the keys of https://ps.example',
    async (fetch) => {
      const world = await makeRevocationWorld({
        limits: { ...limits, fetchDeadline: 10_000 },
        fetch: fetch as never,
      })
      return async () => {
        await world.post({ jti: 'one', exp: now + 100 })
        throw world.refusals[0] as AAuthError
      }
    },
  ],
  [
    'the status of the mission',
    async (source) => {
      const { agent, call } = await makeWorld({ limits, missions: monitorMissions({ source }) })
      const token = await agent.authToken({ scope: 'access', mission: s256 })
      // The source has a deadline of its own, which is shorter.
      vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal)
      return () => call(token)
    },
  ],
  ...(['challenge', 'stepUp', 'issueResourceToken'] as const).map((how): readonly [string, Scene] => [
    'the issuing of a resource token',
    async (sign) => {
      const world = await makeWorld({ ...notes, limits, signingKey: { publicKey, sign } as never })
      const { agent, resource } = world
      const token = await agent.personToken()
      if (how === 'challenge') return () => world.call(token)
      const auth = await world.call(token, { requirement: personRoute })
      if (how === 'stepUp')
        return async () => {
          await answerOfStepUp(resource, auth, { scope: 'notes.write' })
          throw world.refusals[0]
        }
      return () => issueResourceToken(resource, auth, { scope: 'notes.write' })
    },
  ]),
]

describe('a callback that never settles', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each(scenes)('(%s) is answered 503 once "limits.requestDeadline" has passed', async (what, prepare) => {
    const { called, callback } = hanging()
    const start = await prepare(callback)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let settled = false
    const refused = start().then(
      () => undefined,
      (error: unknown) => error,
    )
    refused.then(() => {
      settled = true
    })
    await called
    await vi.advanceTimersByTimeAsync(1999)
    expect(settled).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    const error = await refused
    if (!isAAuthError(error)) throw error
    expect([error.code, error.status, error.hint, error.headers['retry-after']]).toEqual([
      'server_error',
      503,
      `${what} did not settle within the 2000 ms of "limits.requestDeadline": make it answer in time, or raise the limit`,
      '5',
    ])
  })

  it('may settle after the deadline without effect on the process', async () => {
    const { agent, resource, net } = await makeWorld({ limits })
    const token = await agent.authToken({ scope: 'access' })
    const message = await agent.sign(`${net.resource}/notes`, {}, { token })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { called, callback: check, reject } = hanging()
    const refused = authorize(resource, toSignedRequest(message), { check }).catch(({ code }) => code)
    await called
    await vi.advanceTimersByTimeAsync(2000)
    reject()
    expect(await refused).toBe('server_error')
    await vi.advanceTimersByTimeAsync(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
