import { AAuthError, type AAuthErrorCode, answer } from '@aauth-guard/core'
import fc from 'fast-check'
import { parseDictionary, parseList } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'

const codes: readonly AAuthErrorCode[] = [
  'invalid_signature',
  'invalid_input',
  'unsupported_algorithm',
  'auth_token_required',
  'rate_limited',
  'access_denied',
  'server_error',
]
const serverError = {
  status: 503,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '5' },
  body: (await answer(new AAuthError('server_error'))).body,
}

describe('the answer to an error that is not an AAuthError', () => {
  it.each([
    ['an Error', new Error('secret')],
    ['nothing', undefined],
    ['null', null],
    ['text', 'secret'],
    ['an object that looks like a refusal', { name: 'AAuthError', code: 'access_denied', status: 200 }],
    ['an Error with an unknown code', Object.assign(new Error(), { name: 'AAuthError', code: 'welcome' })],
    ['an Error with an inherited code', Object.assign(new Error(), { name: 'AAuthError', code: 'toString' })],
  ])('is server_error for %s [ERR-7, P01, P07]', async (_, thrown) => {
    expect(await answer(thrown)).toEqual(serverError)
  })

  it('is server_error for any value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true, withSparseArray: true }), async (thrown) => {
        expect(await answer(thrown)).toEqual(serverError)
      }),
      runs(500),
    )
  })
})

describe('the answer to an AAuthError that was changed', () => {
  it('follows from the code, whatever was written on the error since', async () => {
    const changes = { status: 200, message: 'welcome', expose: false }
    expect(await answer(Object.assign(new AAuthError('access_denied'), changes))).toEqual(
      await answer(new AAuthError('access_denied')),
    )
  })

  it('has status 403 or 503 for an Error with only the name and the code of an AAuthError [Q11]', async () => {
    const other = Object.assign(new Error('secret'), { name: 'AAuthError', code: 'access_denied' })
    expect([403, 503]).toContain((await answer(other)).status)
  })

  it.each(['name', 'code'])('is server_error when reading its %s throws', async (member) => {
    expect(await answer(throwing(member))).toEqual(serverError)
  })

  it.each(['problem', 'headers'])('has status 403 or 503 when reading its %s throws', async (member) => {
    expect([403, 503]).toContain((await answer(throwing(member))).status)
  })
})

describe('the answer to an AAuthError with any details', () => {
  const details = fc.record(
    {
      requirement: fc.constantFrom('agent-token' as const, 'person-token' as const, 'auth-token' as const),
      resourceToken: fc.string({ unit: 'binary' }),
      requiredInput: fc.array(fc.string({ unit: 'binary' })),
      retryAfter: fc.double(),
    },
    { requiredKeys: [] },
  )

  it('has one line of visible text per header, and structured fields that another parser reads (property P9) [M10]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...codes), details, async (code, told) => {
        const { headers } = await answer(new AAuthError(code, told))
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/)
        for (const name of ['signature-error', 'aauth-requirement']) parseDictionary(headers[name] ?? '')
        for (const name of ['accept-signature-scheme', 'accept-signature-alg']) parseList(headers[name] ?? '')
      }),
      runs(300),
    )
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300])(
    'has whole seconds in Retry-After for %d',
    async (retryAfter) => {
      const { headers } = await answer(new AAuthError('rate_limited', { retryAfter }))
      expect(headers['retry-after']).toMatch(/^[1-9][0-9]{0,9}$/)
    },
  )
})

function throwing(member: string): unknown {
  return Object.defineProperty(new AAuthError('access_denied'), member, {
    get() {
      throw new Error('secret')
    },
  })
}
