import dns from 'node:dns'
import { Socket } from 'node:net'
import type { SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { asCurl, asHar, asHttp, asJson } from '../recording/written.ts'
import { agent, config, net, now, reading, signed, steps, verify } from './scene.ts'

describe('aauth verify of a request that is accepted', () => {
  it('explains each step and identifies the caller', async () => {
    const { code, out, err } = await verify(await signed(reading))
    expect([code, err]).toEqual([0, ''])
    expect(out).toBe(
      [
        'accepted: GET /notes',
        'Decided as of 2026-09-21T14:13:20Z, by "created" of the signature.',
        '',
        '  passed  request              GET /notes, for the host notes.example',
        '  passed  signature inputs     "sig" uses the scheme jwt and covers @method @authority @path signature-key',
        '  passed  freshness            signed now, and the window is 60 s',
        '  passed  token                an auth token of draft 11, which expires in 1 h (2026-09-21T15:13:20Z)',
        '  passed  issuer               https://ps.example is trusted',
        `  passed  proof of possession  the signature verifies with the key in the token, whose thumbprint is ${agent.key.thumbprint}`,
        '  passed  keys of the issuer   the token verifies with the key "key-1" of https://ps.example',
        '  passed  mission              the token carries none',
        '  passed  requirement          the auth token is enough, with the scope notes.read',
        '',
        '  person   person-1 at https://ps.example',
        '  scopes   notes.read',
      ].join('\n'),
    )
    expect(out).not.toContain(reading.slice(0, 12))
  })

  it.each([
    ['HTTP/1.1', asHttp, '"created" of the signature'],
    [
      'curl -v',
      (message: SignedMessage) => asCurl(message, 'Mon, 21 Sep 2026 14:13:59 GMT'),
      'the recording',
    ],
    ['JSON', (message: SignedMessage) => asJson(message, { time: now + 39 }), 'the recording'],
    ['HAR', (message: SignedMessage) => asHar(message, '2026-09-21T14:13:59.000Z'), 'the recording'],
  ])('reads it from %s, at the recorded time', async (_, write, source) => {
    const { code, out } = await verify(write(await signed(reading)), config, '--json')
    const { outcome, time } = JSON.parse(out)
    expect([code, outcome, time.source]).toEqual([0, 'accepted', source])
    if (source === 'the recording') expect(time.seconds).toBe(now + 39)
  })

  it('uses no network, whatever URLs the token contains', async () => {
    const dialled = [
      vi.spyOn(globalThis, 'fetch'),
      vi.spyOn(Socket.prototype, 'connect'),
      vi.spyOn(dns, 'lookup'),
      vi.spyOn(dns.Resolver.prototype, 'resolve4'),
      vi.spyOn(dns.promises, 'lookup'),
    ]
    onTestFinished(() => {
      for (const spy of dialled) spy.mockRestore()
    })
    const elsewhere = await agent.authToken({
      scope: 'notes.read',
      claims: { iss: 'https://x.example', ps: 'https://x.example' },
    })
    const trust = 'any'
    const found = await Promise.all([
      steps(await signed(reading)),
      steps(await signed(await agent.agentToken())),
      steps(await signed(elsewhere), { ...config, trust }),
    ])
    expect(found.map(({ outcome }) => outcome)).toEqual(['accepted', 'challenged', 'failed'])
    for (const spy of dialled) expect(spy).not.toHaveBeenCalled()
  })

  it('compares recorded content with the digest, and says when none was recorded', async () => {
    const headers = { 'content-type': 'text/plain' }
    const message = await agent.sign(
      `${net.resource}/notes`,
      { method: 'POST', body: 'a', headers },
      { token: reading, digest: true },
    )
    const [whole, other, cut] = [
      await steps(message),
      await steps(asHttp(message).replace(/a$/, 'b')),
      await steps(asCurl(message, 'Mon, 21 Sep 2026 14:13:20 GMT')),
    ]
    expect([whole, other, cut].map(({ outcome, states }) => [outcome, states.content])).toEqual([
      ['accepted', 'passed'],
      ['refused', 'failed'],
      ['accepted', 'unknown'],
    ])
    expect(other.failed?.text).toContain('"content-digest" is not the digest of the content')
  })

  it('accepts a request without a credential on an optional route', async () => {
    const unsigned = 'GET /notes HTTP/1.1\r\nHost: notes.example\r\n\r\n'
    const { code, out } = await verify(unsigned, {
      ...config,
      requirement: { scope: 'notes.read', optional: true },
    })
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('the route is optional, and the request has no credential'),
    ])
  })

  it('decides requests of a world on this machine', async () => {
    const issuer = 'http://localhost:3900'
    const message = await agent.sign(
      `${issuer}/notes`,
      {},
      { token: await agent.authToken({ scope: 'notes.read', aud: issuer }) },
    )
    expect((await steps(message, { ...config, issuer })).outcome).toBe('accepted')
  })
})

it('aauth verify accepts a written time, and refuses a malformed one', async () => {
  const at = async (time: string) =>
    (await verify(await signed(reading), config, '--at', time)).out.split('\n')[1]
  expect(await at('1790000010')).toBe('Decided as of 2026-09-21T14:13:30Z, by --at.')
  expect(await at('2026-09-21T14:13:30Z')).toBe('Decided as of 2026-09-21T14:13:30Z, by --at.')
  expect((await verify(await signed(reading), config, '--at', 'noon')).err).toContain(
    '--at "noon" is not a time',
  )
})
