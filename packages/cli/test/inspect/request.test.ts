import type { SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { asCurl, asHar, asHttp, asJson } from '../recording/written.ts'
import { agent, inspect, now, signed } from './scene.ts'

describe('aauth inspect of a request', () => {
  it.each([
    ['HTTP/1.1', asHttp],
    ['curl -v', (message: SignedMessage) => asCurl(message, 'Mon, 21 Sep 2026 14:13:20 GMT')],
    ['JSON', (message: SignedMessage) => asJson(message)],
    ['HAR', (message: SignedMessage) => asHar(message, '2026-09-21T14:13:20Z')],
  ])('as %s shows its signature and its token, both cut, without verification', async (form, write) => {
    const token = await agent.authToken({ scope: 'notes.read' })
    const text = write(await signed(token))
    const { code, out } = await inspect(['-'], text)
    expect(code).toBe(0)
    expect(out).toContain(`This is a request (${form}): GET /notes`)
    expect(out).toMatch(
      /^NOT VERIFIED: .* The signature of the request is NOT VERIFIED: aauth verify does that\.$/m,
    )
    expect(out).toContain('covers   @method @authority @path signature-key')
    expect(out).toContain('created  2026-09-21T14:13:20Z (1790000000), now')
    expect(out).toContain('It carries an auth token of draft 11.')
    for (const secret of secretsIn(text)) expect(out).not.toContain(secret)
    const shown = await inspect(['-', '--show-secrets'], text)
    for (const secret of secretsIn(text)) expect(shown.out).toContain(secret)
    const json = await inspect(['-', '--json'], text)
    for (const secret of secretsIn(text)) expect(json.out).not.toContain(secret)
    expect(JSON.parse(json.out).requests[0].signatures[0].covered).toContain('@authority')
  })

  /** The token, and the octets of the signature. */
  function secretsIn(text: string): readonly string[] {
    return [/eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0] ?? '?', /=:([^:]{80,}):/.exec(text)?.[1] ?? '?']
  }

  it('cuts credentials of other schemes', async () => {
    const text = 'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer abcdefgh\r\nCookie: id=12345678\r\n\r\n'
    const { out } = await inspect(['-'], text)
    expect([out.includes('Bearer a…'), out.includes('abcdefgh'), out.includes('12345678')]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('that is unsigned explains that a resource requires a signature', async () => {
    const { out } = await inspect(['-'], 'GET /notes HTTP/1.1\r\nHost: notes.example\r\n\r\n')
    expect(out).toContain('NOT VERIFIED: nothing below was checked with a key.')
    expect(out).toContain('- a signature: without one it answers 401')
  })

  it.each<readonly [what: string, options: Parameters<typeof signed>[1], fault: string]>([
    ['does not cover a component', { mistake: 'omit-path' }, 'it does not cover @path'],
    ['is old', { created: now - 61 }, '"created" is 61 s old, and the usual window is 60 s'],
    ['is from the future', { created: now + 61 }, '"created" is 61 s ahead of this clock'],
    ['has expired', { params: { expires: now } }, '"expires" has passed'],
  ])('reports a signature that %s', async (_, options, fault) => {
    const { out } = await inspect(['-'], asHttp(await signed(await agent.agentToken(), options)))
    expect(out).toContain(`  - a signature: ${fault}`)
  })

  it.each([
    ['Signature-Key is missing', /^Signature-Key:.*\r\n/m, ''],
    [
      'Signature-Input is not a dictionary of structured fields',
      /^Signature-Input:.*$/m,
      'Signature-Input: ("',
    ],
    ['"sig" of Signature-Key does not use the scheme jwt', 'sig=jwt;', 'sig=hwk;'],
    ['"sig" of Signature-Key has no jwt', /;jwt="[^"]*"/, ''],
    ['"sig" is not in Signature', 'Signature: sig=', 'Signature: other='],
  ])('reports that %s', async (fault, pattern, replacement) => {
    const text = asHttp(await signed(await agent.agentToken())).replace(pattern, replacement)
    expect((await inspect(['-'], text)).out).toContain(`  - a signature: ${fault}`)
  })

  it('omits requests of a HAR without AAuth, and says how many', async () => {
    const text = asHar(await signed(await agent.agentToken()), '2026-09-21T14:13:20Z')
    const { out, err } = await inspect(['-'], text)
    expect(out).not.toContain('logo.png')
    expect(err).toBe('1 of 2 requests have nothing of AAuth and are left out.')
  })
})
