import { AAuthError, type AAuthErrorCode, answer, isAAuthError } from '@aauth-guard/core'
import { parseDictionary, Token } from 'structured-headers'
import { describe, expect, it } from 'vitest'
// @ts-expect-error a second copy of the module: only the bundler knows the query
import { AAuthError as Copied } from '../../src/errors/aauth-error.ts?copy'

describe('a refusal', () => {
  it('keeps its hint and cause for the operator', () => {
    const cause = new Error('why')
    const error = new AAuthError('invalid_jwt', { hint: 'kid is missing', cause })
    expect([error.code, error.status, error.hint, error.cause, error.expose]).toEqual([
      'invalid_jwt',
      401,
      'kid is missing',
      cause,
      true,
    ])
  })

  it('has no cause where none was given', () => {
    expect('cause' in new AAuthError('invalid_jwt')).toBe(false)
  })

  it('is an Error by its name, without a stack to disclose or to pay for [P07]', () => {
    const error = new AAuthError('invalid_jwt')
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.stack]).toEqual(['AAuthError', 'AAuthError: The token is not acceptable.'])
  })

  it('leaves the stack traces of other errors alone', () => {
    const before = Error.stackTraceLimit
    new AAuthError('invalid_jwt')
    expect(Error.stackTraceLimit).toBe(before)
    expect(new Error('x').stack).toContain('aauth-error.test.ts')
  })

  it('leaves them alone even when its details throw', () => {
    const before = Error.stackTraceLimit
    const details = {
      get detail(): string {
        throw new RangeError('too deep')
      },
    }
    expect(() => new AAuthError('invalid_jwt', details)).toThrow(RangeError)
    expect(Error.stackTraceLimit).toBe(before)
  })

  it('does not contain its details when it is serialised [P04]', () => {
    const error = new AAuthError('auth_token_required', { requirement: 'auth-token', resourceToken: 'a.b.c' })
    expect(JSON.stringify(error)).not.toContain('a.b.c')
  })
})

describe('AAuth-Requirement', () => {
  it.each([
    [{ requirement: 'agent-token' } as const, 'requirement=agent-token'],
    [{ requirement: 'person-token' } as const, 'requirement=person-token'],
    [
      { requirement: 'auth-token', resourceToken: 'a.b.c' } as const,
      'requirement=auth-token;resource-token="a.b.c"',
    ],
  ])('is one Dictionary member in its canonical form for %j [CHAL-16, R11-147]', (details, text) => {
    const { headers } = new AAuthError('auth_token_required', details)
    expect(headers['aauth-requirement']).toBe(text)
    const members = [...parseDictionary(text)]
    expect(members.map(([name, [value]]) => [name, value])).toEqual([
      ['requirement', new Token(details.requirement)],
    ])
  })
})

describe('a refusal of another copy of the package', () => {
  it('is recognised and answered like one of this copy [Q11]', async () => {
    const copied: Error = new Copied('mission_required')
    expect(copied).not.toBeInstanceOf(AAuthError)
    expect(isAAuthError(copied)).toBe(true)
    expect(await answer(copied)).toEqual(await answer(new AAuthError('mission_required')))
  })

  it.each([
    ['an object', { name: 'AAuthError', code: 'access_denied' }],
    ['an Error of another name', Object.assign(new Error(), { code: 'access_denied' })],
    ['an Error without code', Object.assign(new Error(), { name: 'AAuthError' })],
    ['an Error with an unknown code', Object.assign(new Error(), { name: 'AAuthError', code: 'welcome' })],
    [
      'an Error whose code is not text',
      Object.assign(new Error(), { name: 'AAuthError', code: ['access_denied'] }),
    ],
    ['an Error whose code is inherited', Object.assign(new Error(), { name: 'AAuthError', code: 'valueOf' })],
  ])('is not mistaken for %s', (_, value) => {
    expect(isAAuthError(value)).toBe(false)
  })
})

it('the constructor throws for an unknown code', () => {
  expect(() => new AAuthError('welcome' as AAuthErrorCode)).toThrow(TypeError)
})
