import { authorize, isAAuthError, type ReplayScope } from '@aauth-guard/core'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { remembersMethod } from '../../src/signature/replay.ts'
import { makeWorld } from '../world.ts'

const safe = ['GET', 'HEAD', 'OPTIONS', 'TRACE']
const unsafe = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY', 'get', 'M-SEARCH']

describe('what is remembered against replay', () => {
  it.each(safe)('is not %s by default [REPLAY-3]', (method) => {
    expect(remembersMethod('unsafe', method)).toBe(false)
  })

  it.each(unsafe)('is %s by default, as every method not known to be safe [REPLAY-3]', (method) => {
    expect(remembersMethod('unsafe', method)).toBe(true)
  })

  it.each([...safe, ...unsafe])('is %s under all, and not under off', (method) => {
    expect(remembersMethod('all', method)).toBe(true)
    expect(remembersMethod('off', method)).toBe(false)
  })
})

describe('the same signed request twice', () => {
  const rows: [ReplayScope | undefined, string, string, string][] = [
    [undefined, 'POST', 'invalid_signature', '[REPLAY-1, REPLAY-3, R11-107, J02]'],
    [undefined, 'DELETE', 'invalid_signature', '[REPLAY-1, REPLAY-3, R11-107, J02]'],
    [undefined, 'GET', 'accepted', '[REPLAY-3, J01]'],
    ['unsafe', 'PUT', 'invalid_signature', '[REPLAY-1, R11-107, J02]'],
    ['all', 'GET', 'invalid_signature', '[REPLAY-1, R11-107]'],
    ['off', 'POST', 'accepted', '[REPLAY-3]'],
  ]

  it.each(rows)('with replay %s and %s is then: %s %s', async (replay, method, verdict) => {
    const world = await makeWorld(replay === undefined ? {} : { replay })
    const token = await world.agent.authToken({ scope: 'access' })
    const message = await world.agent.sign(`${world.net.resource}/notes`, { method }, { token })
    const send = () =>
      authorize(world.resource, toSignedRequest(message)).then(
        () => 'accepted',
        (error: unknown) => (isAAuthError(error) ? error.code : String(error)),
      )
    expect(await send()).toBe('accepted')
    expect(await send()).toBe(verdict)
  })
})
