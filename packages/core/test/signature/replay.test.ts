import { authorize, isAAuthError, type ReplayScope } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { isSafe } from '../../src/signature/replay.ts'

const safe = ['GET', 'HEAD', 'OPTIONS', 'TRACE']
const unsafe = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY', 'get', 'M-SEARCH']

describe('a method', () => {
  it.each(safe)('%s is safe [REPLAY-3]', (method) => {
    expect(isSafe(method)).toBe(true)
  })

  it.each(unsafe)('%s is not safe, like every unknown method [REPLAY-3]', (method) => {
    expect(isSafe(method)).toBe(false)
  })
})

describe('the same signed request sent twice', () => {
  const nonce = { params: { nonce: 'n' } }
  const digest = { digest: true }
  const rows: readonly (readonly [ReplayScope | undefined, string, string, Partial<SignOptions>, string])[] =
    [
      [undefined, 'POST', 'neither nonce nor digest', {}, 'accepted'],
      [undefined, 'POST', 'a nonce', nonce, 'invalid_signature'],
      [undefined, 'POST', 'a covered digest', digest, 'invalid_signature'],
      [undefined, 'DELETE', 'a nonce', nonce, 'invalid_signature'],
      [undefined, 'QUERY', 'a nonce', nonce, 'invalid_signature'],
      [undefined, 'POST', 'an empty nonce', { params: { nonce: '' } }, 'accepted'],
      [undefined, 'POST', 'a nonce that is a number', { params: { nonce: 7 } }, 'accepted'],
      [undefined, 'GET', 'a nonce', nonce, 'accepted'],
      [undefined, 'HEAD', 'a covered digest', digest, 'accepted'],
      ['auto', 'POST', 'a nonce', nonce, 'invalid_signature'],
      ['auto', 'POST', 'neither nonce nor digest', {}, 'accepted'],
      ['unsafe', 'PUT', 'neither nonce nor digest', {}, 'invalid_signature'],
      ['unsafe', 'GET', 'a nonce', nonce, 'accepted'],
      ['all', 'GET', 'neither nonce nor digest', {}, 'invalid_signature'],
      ['off', 'POST', 'a nonce', nonce, 'accepted'],
    ]

  it.each(rows)(
    'under replay %s, as %s with %s [REPLAY-1, REPLAY-3, R11-107, J01, J02]',
    async (replay, method, _, signing, verdict) => {
      const world = await makeWorld(replay === undefined ? {} : { replay })
      const token = await world.agent.authToken({ scope: 'access' })
      const body = signing.digest && method !== 'HEAD' ? { body: 'note' } : {}
      const request = { method, ...body }
      const message = await world.agent.sign(`${world.net.resource}/notes`, request, { ...signing, token })
      const send = () =>
        authorize(world.resource, toSignedRequest(message)).then(
          () => 'accepted',
          (error: unknown) => (isAAuthError(error) ? error.code : String(error)),
        )
      expect([await send(), await send()]).toEqual(['accepted', verdict])
    },
  )
})
