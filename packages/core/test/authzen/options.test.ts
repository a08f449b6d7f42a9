import { type AuthzenOptions, authzen } from '@aauth-guard/core/authzen'
import { describe, expect, it } from 'vitest'

const pdp = 'https://pdp.example/access/v1/evaluation'
const withOptions = (options: unknown) => () => authzen(options as AuthzenOptions)

describe('authzen', () => {
  it.each([
    [pdp, undefined],
    ['https://10.0.0.7:8443/evaluate', undefined],
    ['http://localhost:8181/access/v1/evaluation', undefined],
    ['http://pdp.localhost/access', undefined],
    ['http://127.0.0.1:8181/access', undefined],
    ['http://127.9.9.9/access', undefined],
    ['http://[::1]:8181/access', undefined],
    ['http://pdp.policies.svc.cluster.local/access', true],
  ])('accepts the address %s (http: %s)', (address, http) => {
    expect(withOptions({ pdp: address, ...(http && { http }) })).not.toThrow()
  })

  it.each([
    ['http://pdp.example/access', '"pdp" is plain http to "pdp.example"'],
    ['http://127.evil.example/access', '"pdp" is plain http to "127.evil.example"'],
    ['http://127.0.0.1.evil.example/access', '"pdp" is plain http to "127.0.0.1.evil.example"'],
    ['http://localhost.evil.example/access', '"pdp" is plain http to "localhost.evil.example"'],
    ['http://0.0.0.0/access', '"pdp" is plain http to "0.0.0.0"'],
    ['ftp://pdp.example/access', '"pdp" has the scheme "ftp:"'],
    ['https://pdp.example', '"pdp" has no path'],
    ['https://user:secret@pdp.example/access', '"pdp" contains a user name or password'],
    ['https://pdp.example/access?key=secret', '"pdp" has a query or a fragment'],
    ['https://pdp.example/access#secret', '"pdp" has a query or a fragment'],
    ['/access', '"pdp" is not an address'],
    [undefined, '"pdp" of authzen is undefined'],
  ])('refuses the address %s, without showing a secret', (address, text) => {
    let message = ''
    try {
      withOptions({ pdp: address })()
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toContain(text)
    expect(message).not.toContain('secret@')
    expect(message).not.toContain('key=secret')
  })

  it.each([
    [{}, '"pdp" is not an address'],
    [{ pdp, http: 'yes' }, '"http" is "yes": write true or false'],
    [{ pdp, timeout: 5 }, '"timeout" is 5: write an integer from 10 to 10000'],
    [{ pdp, timeout: Number.POSITIVE_INFINITY }, '"timeout" is Infinity: write an integer from 10 to 10000'],
    [{ pdp, cache: 6 }, '"cache" is 6: write an integer from 0 to 5'],
    [{ pdp, cache: 0.5 }, '"cache" is 0.5: write an integer from 0 to 5'],
    [{ pdp, map: {} }, '"map" is an object: pass a function'],
    [{ pdp, fetch: 'x' }, '"fetch" is "x": pass a function'],
    [{ pdp, faiOpen: true }, '"faiOpen" is not an option of authzen'],
  ])('refuses %j', (options, text) => {
    expect(withOptions(options)).toThrow(text)
    expect(withOptions(options)).toThrow(TypeError)
  })

  it.each(['', ' ', 'two\nlines', 'of-münchen', ' Bearer x', 7, 'x'.repeat(9000)])(
    'refuses the credential %j without showing it',
    (credential) => {
      const text =
        '"credential" is neither a function nor a value of Authorization: write visible ASCII characters and spaces, such as "Bearer " and a token'
      expect(withOptions({ pdp, credential })).toThrow(new TypeError(text))
    },
  )

  it.each(['', 'x'.repeat(257), 7])('refuses the action %j', (name) => {
    expect(() => authzen({ pdp }).action(name as string)).toThrow('write 1 to 256 characters')
  })

  it('a copy of an identity is refused', async () => {
    const request = { method: 'GET', target: '/', path: '/', query: '', header: () => [] }
    await expect(authzen({ pdp })({ type: 'agent-token' } as never, request)).rejects.toThrow(TypeError)
  })
})
