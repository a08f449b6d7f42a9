import { createHash } from 'node:crypto'
import { AAuthError, type Auth, authorize, type SignedRequest, verifyContent } from '@aauth-guard/core'
import { bindContent, contentBinding } from '@aauth-guard/core/adapter'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const url = 'https://notes.example/notes'
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const sum = (algorithm: 'sha256' | 'sha512' | 'md5', text: string): string =>
  createHash(algorithm).update(text).digest('base64')
const good256 = `sha-256=:${sum('sha256', 'note')}:`
const good512 = `sha-512=:${sum('sha512', 'note')}:`
const bad256 = `sha-256=:${sum('sha256', 'other')}:`
const bad512 = `sha-512=:${sum('sha512', 'other')}:`

async function post(
  world: World,
  digest: string | undefined,
  cover: readonly string[],
  sent = 'note',
): Promise<SignedRequest> {
  const headers = digest === undefined ? {} : { 'content-digest': digest }
  const token = await world.agent.authToken({ scope: 'access' })
  const message = await world.agent.sign(url, { method: 'POST', headers, body: 'note' }, { token, cover })
  return toSignedRequest({ ...message, body: bytes(sent) })
}

async function outcome({ resource }: World, request: SignedRequest): Promise<string> {
  return authorize(resource, request).then(
    (auth) => contentBinding(auth),
    ({ status, code }) => `${status} ${code}`,
  )
}

describe('a covered Content-Digest with the content at hand', () => {
  it.each([
    ['sha-256', good256, 'checked'],
    ['sha-512', good512, 'checked'],
    ['both', `${good256}, ${good512}`, 'checked'],
    ['one that is understood beside one that is not', `md5=:${sum('md5', 'other')}:, ${good256}`, 'checked'],
    ['sha-256 of other content', bad256, '401 invalid_signature'],
    ['sha-512 of other content', bad512, '401 invalid_signature'],
    ['a good and a bad one', `${good256}, ${bad512}`, '401 invalid_signature'],
    ['a bad and a good one', `${bad256}, ${good512}`, '401 invalid_signature'],
    ['none that is understood', `md5=:${sum('md5', 'note')}:, unixsum=:AAAA:`, '401 invalid_signature'],
    ['a digest cut short', `sha-256=:${sum('sha256', 'note').slice(0, 20)}:`, '401 invalid_signature'],
    ['an empty digest', 'sha-256=::', '401 invalid_signature'],
    ['a digest that is a String', `sha-256="${sum('sha256', 'note')}"`, '401 invalid_signature'],
    ['no Dictionary', sum('sha256', 'note'), '401 invalid_signature'],
    ['nothing', '', '401 invalid_signature'],
  ])('%s: %j gives %s [SIG-12, R11-104, N01, N04]', async (_, digest, expected) => {
    const world = await makeWorld()
    expect(await outcome(world, await post(world, digest, ['content-digest']))).toBe(expected)
  })

  it('is refused when other content arrived [SIG-12, R11-104, N01]', async () => {
    const world = await makeWorld()
    const request = await post(world, good256, ['content-digest'], 'note!')
    expect(await outcome(world, request)).toBe('401 invalid_signature')
  })

  it('of no octets matches a request without content [N08]', async () => {
    const world = await makeWorld()
    const empty = `sha-256=:${sum('sha256', '')}:`
    expect(await outcome(world, await post(world, empty, ['content-digest'], ''))).toBe('checked')
    expect(await outcome(world, await post(world, good256, ['content-digest'], ''))).toBe(
      '401 invalid_signature',
    )
  })

  it('that does not match is refused before the signature counts as used [J10]', async () => {
    const world = await makeWorld()
    const tampered = await post(world, good256, ['content-digest'], 'other')
    expect(await outcome(world, tampered)).toBe('401 invalid_signature')
    expect(await outcome(world, { ...tampered, body: bytes('note') })).toBe('checked')
  })
})

describe('a Content-Digest that does not count', () => {
  it.each([
    ['is not covered', bad256, []],
    ['is not there', undefined, []],
  ])('because it %s leaves the content uncovered [N03]', async (_, digest, cover) => {
    const world = await makeWorld()
    expect(await outcome(world, await post(world, digest, cover))).toBe('uncovered')
  })

  it('is refused on a route that requires it [SIG-8, N02]', async () => {
    const world = await makeWorld()
    const call: Call = { method: 'POST', body: 'note', headers: { 'content-digest': good256 } }
    const token = await world.agent.authToken({ scope: 'access' })
    const refusal = await world.refusal(token, { ...call, requirement: { components: ['content-digest'] } })
    expect(refusal.code).toBe('invalid_input')
  })

  it.each(['repr-digest', 'digest'])('is refused on that route even beside %s [N05]', async (name) => {
    const world = await makeWorld()
    const call: Call = { method: 'POST', body: 'note', headers: { [name]: good256 }, cover: [name] }
    const token = await world.agent.authToken({ scope: 'access' })
    const refusal = await world.refusal(token, { ...call, requirement: { components: ['content-digest'] } })
    expect(refusal.code).toBe('invalid_input')
  })
})

describe('a covered Content-Digest with the content still to be read', () => {
  async function unchecked(world: World): Promise<Auth> {
    const { body: _, ...request } = await post(world, good256, ['content-digest'])
    return authorize(world.resource, request, {}, { content: 'later' })
  }

  it('is refused by authorize, unless the caller says that it compares later [SIG-12, N03]', async () => {
    const world = await makeWorld()
    const { body: _, ...request } = await post(world, good256, ['content-digest'])
    const refused = authorize(world.resource, request)
    await expect(refused).rejects.toMatchObject({ status: 503, code: 'server_error' })
    expect(world.refusals.map(({ hint }) => hint)).toEqual([expect.stringContaining("{ content: 'later' }")])
    // A first guard that compares later does not decide for a second one.
    const { body: __, ...again } = await post(world, good256, ['content-digest'])
    await authorize(world.resource, again, {}, { content: 'later' })
    await expect(authorize(world.resource, again)).rejects.toMatchObject({ code: 'server_error' })
    const polluted: object = Object.create({ content: 'later' })
    await expect(authorize(world.resource, again, {}, polluted)).rejects.toMatchObject({
      code: 'server_error',
    })
  })

  it('is unchecked until the content was compared [SIG-12, N03]', async () => {
    const auth = await unchecked(await makeWorld())
    expect(contentBinding(auth)).toBe('unchecked')
    await verifyContent(auth, bytes('note'))
    expect(contentBinding(auth)).toBe('checked')
  })

  it('stays unchecked when the content differs, which is refused and reported [SIG-12, N01]', async () => {
    const world = await makeWorld()
    const auth = await unchecked(world)
    const compare = async (): Promise<void> => verifyContent(auth, bytes('other'))
    await expect(compare()).rejects.toMatchObject({ code: 'invalid_signature', status: 401 })
    expect([contentBinding(auth), world.refusals.map(({ hint }) => hint)]).toEqual([
      'unchecked',
      [expect.stringMatching(/^"content-digest" is not the digest of the content: /)],
    ])
  })

  it('that a route requires is enforced before the content is read [SIG-8]', async () => {
    const world = await makeWorld()
    const { body: _, ...request } = await post(world, undefined, [])
    const refused = authorize(world.resource, request, { components: ['content-digest'] })
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('is ignored when the signature does not cover it', async () => {
    const world = await makeWorld()
    const { body: _, ...request } = await post(world, bad256, [])
    const auth = await authorize(world.resource, request)
    expect([verifyContent(auth, bytes('anything')), contentBinding(auth)]).toEqual([undefined, 'uncovered'])
  })
})

describe('content that is read for the comparison', () => {
  const never = (): Promise<Uint8Array> => Promise.reject(new Error('it was read'))

  async function unchecked(world: World, cover: readonly string[]): Promise<Auth> {
    const { body: _, ...request } = await post(world, good256, cover)
    return authorize(world.resource, request, {}, { content: 'later' })
  }

  it('is compared once and not read again [SIG-12, N01]', async () => {
    const auth = await unchecked(await makeWorld(), ['content-digest'])
    await bindContent(auth, async () => bytes('note'))
    expect(contentBinding(auth)).toBe('checked')
    await expect(bindContent(auth, never)).resolves.toBeUndefined()
  })

  it('is not read when no digest is covered [N03]', async () => {
    await expect(bindContent(await unchecked(await makeWorld(), []), never)).resolves.toBeUndefined()
  })

  it('is refused when it was consumed before, with the remedy in the hint [N03]', async () => {
    const world = await makeWorld()
    const auth = await unchecked(world, ['content-digest'])
    const taken = bindContent(auth, async () => undefined, 'mount the guard first')
    await expect(taken).rejects.toMatchObject({
      status: 503,
      code: 'server_error',
      hint: 'the signature covers "content-digest", but the content was not compared with it: mount the guard first',
    })
    expect([contentBinding(auth), world.refusals.length]).toEqual(['unchecked', 1])
  })

  it('is refused and reported when it differs or cannot be read [SIG-12, N01, N09]', async () => {
    const world = await makeWorld()
    const auth = await unchecked(world, ['content-digest'])
    const tooLarge = new AAuthError('content_too_large')
    await expect(bindContent(auth, async () => bytes('evil'))).rejects.toMatchObject({
      code: 'invalid_signature',
    })
    await expect(bindContent(auth, () => Promise.reject(tooLarge))).rejects.toBe(tooLarge)
    await expect(bindContent(auth, never)).rejects.toMatchObject({ code: 'server_error', status: 503 })
    expect(world.refusals.map(({ code }) => code)).toEqual([
      'invalid_signature',
      'content_too_large',
      'server_error',
    ])
  })
})

describe('an identity that authorize did not make', () => {
  it('has no content to compare', async () => {
    const world = await makeWorld()
    const auth = await authorize(world.resource, await post(world, good256, ['content-digest']))
    const copy: Auth = { ...auth }
    expect(() => contentBinding(copy)).toThrow(/"auth" is a copy, or was made by another/)
    expect(() => verifyContent(copy, bytes('note'))).toThrow(/"auth" is a copy, or was made by another/)
  })
})
