import {
  AAuthError,
  type AlternativeRequirement,
  type AnyRequirement,
  type RoutedRequest,
} from '@aauth-guard/core'
import { describe, expect, it, vi } from 'vitest'
import { acme, bare, scene } from './scene.ts'

describe('a credential that check knows', () => {
  it('makes an OtherCaller, frozen, with what check said and nothing else', async () => {
    const identity = { ...acme, admin: true, scopes: ['notes.read', 'notes.list'] }
    const caller = await (await scene(() => identity)).authorize()
    expect(caller).toEqual({
      type: 'other',
      scheme: 'X-API-Key',
      id: 'acme',
      scopes: ['notes.read', 'notes.list'],
    })
    expect([Object.isFrozen(caller), Object.isFrozen(caller?.scopes)]).toEqual([true, true])
    identity.scopes.push('notes.write')
    expect(caller?.scopes).toEqual(['notes.read', 'notes.list'])
  })

  it('is found by the path as it is routed, the fields as they were sent, and the frozen requirement', async () => {
    const seen: [RoutedRequest, AlternativeRequirement][] = []
    const check = (request: RoutedRequest, requirement: AlternativeRequirement) => {
      seen.push([request, requirement])
      return Promise.resolve(acme)
    }
    const required = { name: 'read notes', scope: ['notes.read'] } as const
    const { authorize } = await scene(check, required, {}, { strippedPrefix: '/api' })
    await authorize(bare({ 'x-api-key': ' of acme ' }, '/notes?of=me'))
    const [[request, requirement] = []] = seen
    expect([seen.length, request?.path, request?.query, request?.header('x-api-key')]).toEqual([
      1,
      '/notes',
      '?of=me',
      [' of acme '],
    ])
    expect(requirement).toEqual({ name: 'read notes', scopes: ['notes.read'] })
    expect([Object.isFrozen(requirement), Object.isFrozen(requirement?.scopes)]).toEqual([true, true])
  })

  it('is looked at only where the target is unambiguous', async () => {
    const check = vi.fn(() => acme)
    const { refuse } = await scene(check)
    const error = await refuse(bare({ 'x-api-key': 'of-acme' }, '/notes/../admin'))
    expect([error.status, error.code, check.mock.calls.length]).toEqual([400, 'invalid_request', 0])
  })

  it('grants what the route requires by the comparison of auth tokens: each scope, octet for octet', async () => {
    const granted = async (held: string[], scope: string[]) => {
      const { authorize } = await scene(() => ({ id: 'acme', scopes: held }), { scope } as AnyRequirement)
      return authorize().then(
        () => 'served',
        ({ status }) => status,
      )
    }
    expect([
      await granted(['notes.write', 'notes.read'], ['notes.read', 'notes.write']),
      await granted(['notes.read'], ['notes.read', 'notes.write']),
      await granted(['Notes.Read'], ['notes.read']),
      await granted(['notes.read notes.write'], ['notes.read']),
      await granted([], ['notes.read']),
    ]).toEqual(['served', 401, 401, 401, 401])
  })
})

describe('a credential that check does not know', () => {
  it('is refused with both challenges, and a hint for the operator', async () => {
    const { refuse } = await scene(() => undefined)
    const error = await refuse()
    expect([error.status, error.message, error.hint]).toEqual([
      401,
      'The credential is not accepted.',
      '"check" of alternativeCredential does not know this "X-API-Key"',
    ])
    expect(error.headers).toMatchObject({
      'www-authenticate': 'ApiKey',
      'aauth-requirement': 'requirement=agent-token',
      'accept-signature-scheme': 'jwt',
      'signature-error': 'error=invalid_signature',
    })
  })

  it('is refused also where the route is optional', async () => {
    const { refuse, authorize } = await scene(() => undefined, { optional: true })
    expect((await refuse()).status).toBe(401)
    expect(await authorize(bare())).toBeUndefined()
  })

  it('for its scopes is told so, without a value of the request', async () => {
    const { refuse } = await scene(() => ({ id: 'acme', scopes: [] }))
    const { message, hint } = await refuse()
    expect([message, hint]).toEqual([
      'The credential does not grant this access.',
      'the caller with "X-API-Key" was not granted "notes.read": return it in "scopes" of "check" if it may',
    ])
  })
})

describe('a check that does not answer', () => {
  const secret = 'secret-key'
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error(`no row for ${secret}`)
      },
    ],
    ['rejects', () => Promise.reject(new Error(`no row for ${secret}`))],
    [
      'throws what is not an Error',
      () => {
        throw secret
      },
    ],
    [
      'throws a refusal',
      () => {
        throw new AAuthError('access_denied', { hint: secret })
      },
    ],
    [
      'throws a permanent fault',
      () => {
        throw new AAuthError('server_error', { permanent: true })
      },
    ],
  ])('because it %s is answered 503, and the hint does not hold its text', async (_, check) => {
    const { refuse } = await scene(check)
    const { status, code, hint, headers, cause } = await refuse()
    expect([status, code, headers['retry-after'], headers['www-authenticate']]).toEqual([
      503,
      'server_error',
      '5',
      undefined,
    ])
    expect(hint).toMatch(/^"check" of alternativeCredential threw .*: mend it, or return undefined/)
    expect(hint).not.toContain(secret)
    expect(cause).toBeDefined()
  })

  it.each([
    null,
    false,
    true,
    'acme',
    7,
    [],
    {},
    { id: 'acme' },
    { scopes: [] },
    { id: '', scopes: [] },
    { id: 7, scopes: [] },
    { id: 'acme', scopes: 'notes.read' },
    { id: 'acme', scopes: [7] },
    { id: 'acme', scopes: { 0: 'notes.read', length: 1 } },
    Object.create(acme),
  ])('because it returns %j is answered 503', async (found) => {
    const { refuse } = await scene(() => found)
    const { status, hint } = await refuse()
    expect([status, hint]).toEqual([
      503,
      expect.stringMatching(/^"check" of alternativeCredential returned .*: return \{ id, scopes \}/),
    ])
  })
})
