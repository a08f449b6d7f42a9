import { createAssertionKeys, createAssertionSigner, verifyAssertion } from '@aauth-guard/core/assertion'
import { makeGate } from '@aauth-guard/fixtures/gate'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { describe, expect, it } from 'vitest'
import { claims, forge, generateKey, issuer, line, listen, makeScene, now } from './scene.ts'

const jwks = (keys: string, headers: Record<string, string> = {}): Response =>
  new Response(keys, { headers: { 'content-type': 'application/json', ...headers } })

describe('the key document', () => {
  it('is fetched once for many requests at the same time, and kept', async () => {
    const { signer, refusal, published } = await makeScene()
    const sent = await Promise.all(Array.from({ length: 20 }, () => signer.sign(claims)))
    expect(new Set(await Promise.all(sent.map((token) => refusal(line(token)))))).toEqual(
      new Set(['accepted']),
    )
    expect(published.fetches).toBe(1)
  })

  it('is fetched again when it is stale', async () => {
    const { signer, refusal, published, clock } = await makeScene()
    expect(await refusal(line(await signer.sign(claims)))).toBe('accepted')
    clock.now += 599
    expect(await refusal(line(await signer.sign(claims)))).toBe('accepted')
    expect(published.fetches).toBe(1)
    clock.now += 1
    expect(await refusal(line(await signer.sign(claims)))).toBe('accepted')
    expect(published.fetches).toBe(2)
  })

  it('is fetched again for an unknown kid, and for another key of a known one', async () => {
    const { signer, refusal, published, clock } = await makeScene()
    expect(await refusal(line(await signer.sign(claims)))).toBe('accepted')
    for (const kid of ['assertions-2', 'assertions-2']) {
      clock.now += 10
      const next = createAssertionSigner({ issuer, key: await generateKey(kid), now: () => clock.now })
      published.keys = next.keys
      expect(await refusal(line(await next.sign(claims)))).toBe('accepted')
    }
    // The key that was replaced counts no longer.
    expect(await refusal(line(await signer.sign(claims)))).toBe('403 unknown_key')
  })

  it('is fetched at most once in ten seconds, whatever is sent', async () => {
    const { signer, key, refusal, published, clock } = await makeScene()
    const good = await signer.sign(claims)
    expect(await refusal(line(good))).toBe('accepted')
    for (let i = 0; i < 20; i++)
      expect(await refusal(line(await forge(good, key, {}, { kid: `k${i}` })))).toBe('403 unknown_key')
    expect(published.fetches).toBe(1)
    clock.now += 10
    for (let i = 0; i < 20; i++)
      expect(await refusal(line(await forge(good, await generateKey())))).toBe('403 wrong_signature')
    expect(published.fetches).toBe(2)
  })

  it('is not fetched for an assertion that is refused without it', async () => {
    const { signer, key, refusal, published } = await makeScene()
    const good = await signer.sign(claims)
    expect(await refusal(line(await forge(good, key, { aud: 'other' })))).toBe('403 wrong_audience')
    expect(await refusal(line(await forge(good, key, { jti: '' })))).toBe('403 incomplete')
    expect(published.fetches).toBe(0)
  })

  it('two keys of one kid are none', async () => {
    const { signer, refusal, published } = await makeScene()
    const { keys } = JSON.parse(published.keys)
    published.keys = JSON.stringify({ keys: [...keys, ...keys] })
    expect(await refusal(line(await signer.sign(claims)))).toBe('403 unknown_key')
  })

  it('a key with a private member verifies nothing', async () => {
    const { signer, key, refusal, published } = await makeScene()
    published.keys = JSON.stringify({ keys: [key] })
    expect(await refusal(line(await signer.sign(claims)))).toBe('403 wrong_signature')
  })
})

describe('a gateway that does not publish keys', () => {
  const answers: readonly (readonly [string, () => Response | Promise<Response>])[] = [
    ['an error', () => new Response('no', { status: 500 })],
    ['a redirect', () => Response.redirect('https://evil.example/keys', 302)],
    ['another type', () => new Response('{"keys":[]}', { headers: { 'content-type': 'text/html' } })],
    ['no JSON', () => jwks('keys')],
    ['no JWKS', () => jwks('{"keys":{}}')],
    ['a repeated member', () => jwks('{"keys":[],"keys":[]}')],
    ['more than 16 KiB', () => jwks(`{"keys":[]${' '.repeat(16_384)}}`)],
    ['an exception', () => Promise.reject(new Error('no route'))],
  ]
  for (const [title, answer] of answers)
    it(`${title}: 503`, async () => {
      const { signer, refusal } = await makeScene({}, { fetch: async () => answer() })
      expect(await refusal(line(await signer.sign(claims)))).toBe('503 keys_unavailable')
    })

  it('is tried again after a second, and the last keys serve for an hour', async () => {
    let isUp = false
    const { signer, refusal, published, clock } = await makeScene(
      {},
      {
        fetch: async () =>
          isUp ? jwks(published.keys, { 'cache-control': 'max-age=60' }) : new Response('', { status: 503 }),
      },
    )
    const call = async (): Promise<string> => refusal(line(await signer.sign(claims)))
    expect(await call()).toBe('503 keys_unavailable')
    isUp = true
    expect(await call()).toBe('503 keys_unavailable')
    clock.now += 1
    expect(await call()).toBe('accepted')
    isUp = false
    clock.now += 3599
    expect(await call()).toBe('accepted')
    clock.now += 1
    expect(await call()).toBe('503 keys_unavailable')
    clock.now += 10
    isUp = true
    expect(await call()).toBe('accepted')
  })

  it('is given up after the timeout, even if it ignores that', async () => {
    const { signer, refusal } = await makeScene({}, { fetch: neverAnswers as never })
    expect(await refusal(line(await signer.sign(claims)))).toBe('503 keys_unavailable')
  })

  it('a clock that was set back fetches the keys again', async () => {
    const { signer, refusal, published, clock } = await makeScene()
    expect(await refusal(line(await signer.sign(claims)))).toBe('accepted')
    clock.now -= 1000
    expect(await refusal(line(await signer.sign(claims)))).toBe('accepted')
    expect(published.fetches).toBe(2)
  })
})

describe('over a real socket', () => {
  it('an answer that stops in the middle is 503', async () => {
    const gate = makeGate<void>()
    const origin = await listen((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"keys"', () => gate.open())
      void gate.passed.then(() => response.destroy())
    })
    const { signer, options } = await makeScene()
    const keys = createAssertionKeys({ url: `${origin}/keys`, now: () => now })
    const request = { method: 'GET', target: claims.target, headerLines: line(await signer.sign(claims)) }
    await expect(verifyAssertion(request, { ...options, keys })).rejects.toMatchObject({ status: 503 })
  })
})

describe('the address', () => {
  it('is https, loopback, or allowed by "http"', () => {
    for (const url of [
      'https://notes.example/keys',
      'http://127.0.0.1:1/k',
      'http://localhost/k',
      'http://[::1]/k',
    ])
      expect(createAssertionKeys({ url }).url).toBe(url)
    expect(createAssertionKeys({ url: 'http://gateway:8080/k', http: true }).url).toBe(
      'http://gateway:8080/k',
    )
    for (const url of [
      'http://gateway/k',
      'ftp://127.0.0.1/k',
      'notes.example',
      '',
      'https://a:b@notes.example/k',
    ])
      expect(() => createAssertionKeys({ url })).toThrow(/^"url"/)
    expect(() => createAssertionKeys({ url: 'https://a:secret@notes.example/k' })).not.toThrow(/secret/)
  })

  it('and the other options are checked', () => {
    const url = 'https://notes.example/keys'
    expect(() => createAssertionKeys({ url, timeout: 1 })).toThrow(/^"timeout" is 1/)
    expect(() => createAssertionKeys({ url, http: 1 as never })).toThrow(/^"http" is 1/)
    expect(() => createAssertionKeys({ url, uri: url } as never)).toThrow(/"uri" is not an option/)
    expect(() => createAssertionKeys({ url, now: Date.now })).toThrow(/not in seconds/)
  })
})
