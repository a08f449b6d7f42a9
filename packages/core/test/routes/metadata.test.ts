import { createResource, type ResourceOptions } from '@aauth-guard/core'
import { answerRoutes, answerWellKnown, validateRequirement } from '@aauth-guard/core/adapter'
import { managedAccess } from '@aauth-guard/core/managed'
import { askForToken, notes, published, verdict } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const path = '/.well-known/aauth-resource.json'

function create(options: Partial<ResourceOptions>): ReturnType<typeof createResource> {
  return createResource({ issuer: 'https://notes.example', trust: 'any', ...options })
}

describe('the metadata', () => {
  it('states what is enforced, and contains no members of a login [META-1, META-2, META-3, META-4, META-5, META-6, R11-271, R11-272, R11-273, R11-274, R11-275]', async () => {
    const resource = create({
      ...notes,
      signatureWindow: 30,
      additionalSignatureComponents: ['@query', 'content-digest'],
      metadata: { name: 'Notes', tos_uri: 'https://notes.example/tos' },
    })
    expect(await published(resource, path)).toEqual({
      name: 'Notes',
      tos_uri: 'https://notes.example/tos',
      issuer: 'https://notes.example',
      jwks_uri: 'https://notes.example/aauth/jwks.json',
      access_mode: 'auth-token',
      authorization_endpoint: 'https://notes.example/aauth/authorize',
      revocation_endpoint: 'https://notes.example/aauth/revoke',
      scope_descriptions: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
      signature_window: 30,
      additional_signature_components: ['@query', 'content-digest'],
      accept_signature_algs: ['Ed25519', 'ES256'],
    })
  })

  it('of a resource without described scopes describes the scope access [META-1, R11-275]', async () => {
    expect(await published(create({}), path)).toMatchObject({
      scope_descriptions: { access: 'Access to this resource' },
      signature_window: 60,
      additional_signature_components: [],
    })
  })

  it.each(['agent-token', 'person-token', 'auth-token'] as const)(
    'names %s as the access mode when configured [META-3, R11-273]',
    async (accessMode) => {
      expect(await published(create({ accessMode }), path)).toMatchObject({ access_mode: accessMode })
    },
  )

  it.each(['agent-token', 'auth-token'] as const)(
    'names %s as drafts 01 to 10 do when only they are served [META-3]',
    async (accessMode) => {
      const resource = create({ accessMode, generations: ['mission-header'] })
      expect(await published(resource, path)).toMatchObject({ access_mode: accessMode })
    },
  )

  it('names session-token with managed access, and is ready once a route takes sessions [META-3, R11-273]', async () => {
    const sealingKeys = [{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 3) }]
    const resource = create({ accessMode: 'session-token', managed: managedAccess({ sealingKeys }) })
    expect(await published(resource, path)).toMatchObject({ access_mode: 'session-token' })
    await expect(resource.ready()).rejects.toMatchObject({
      code: 'server_error',
      hint: expect.stringContaining('no route takes sessions'),
    })
    validateRequirement(resource, { accept: ['agent-token'], sessions: true })
    await resource.ready()
    expect(() => create({ accessMode: 'session-token', managed: managedAccess() })).toThrow(
      /^"accessMode" is "session-token", but "sealingKeys" of managedAccess is missing/,
    )
  })

  it.each(['aauth-access-token', 'Auth-Token', '', 1])(
    'cannot name %j as the access mode [META-3, R11-273]',
    (accessMode) => {
      expect(() => create({ accessMode: accessMode as never })).toThrow(
        /^"accessMode" is .*: use agent-token, person-token, auth-token or session-token$/,
      )
    },
  )

  it.each(['login_endpoint', 'issuer', 'jwks_uri', 'signature_window', 'authorization_endpoint'])(
    'cannot be given its own member %s [META-1, META-4, META-6, R11-274, R11-279]',
    (name) => {
      expect(() => create({ metadata: { [name]: 'https://evil.example' } })).toThrow(
        `"${name}" is not an option of "metadata"`,
      )
    },
  )

  it('names the endpoints at the paths that agents use behind a proxy that strips a prefix [META-5, R11-199]', async () => {
    const world = await makeWorld({ ...notes, strippedPrefix: '/api' })
    expect(await published(world.resource, path)).toMatchObject({
      issuer: 'https://notes.example',
      jwks_uri: 'https://notes.example/api/aauth/jwks.json',
      authorization_endpoint: 'https://notes.example/api/aauth/authorize',
      revocation_endpoint: 'https://notes.example/api/aauth/revoke',
    })
    const request = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const token = await world.agent.personToken()
    const called = 'https://notes.example/api/aauth/authorize'
    const signed = toSignedRequest(await world.agent.sign(called, request, { token }))
    const arrived = { ...signed, target: '/aauth/authorize' }
    const answer = await answerRoutes(world.resource, arrived, async () =>
      new TextEncoder().encode('{"scope":"notes.read"}'),
    )
    expect(answer?.status).toBe(200)
  })

  it('names an authorization endpoint that answers [R11-199, R11-200]', async () => {
    const world = await makeWorld(notes)
    const { authorization_endpoint: url } = await published<{ authorization_endpoint: string }>(
      world.resource,
      path,
    )
    expect((await askForToken(world, { url })).status).toBe(200)
  })

  it('names a revocation endpoint that is guarded [META-5]', async () => {
    const world = await makeWorld(notes)
    const { revocation_endpoint: url } = await published<{ revocation_endpoint: string }>(
      world.resource,
      path,
    )
    const answer = await askForToken(world, { url, digest: true })
    expect(verdict(answer)).toEqual([401, 'unsupported_scheme'])
  })

  it('can be cached and is read with GET and HEAD only [META-1]', async () => {
    const resource = create(notes)
    const [head, put] = [
      await answerWellKnown(resource, 'HEAD', path),
      await answerWellKnown(resource, 'PUT', path),
    ]
    expect([head?.status, head?.headers, put?.status, put?.headers.allow]).toEqual([
      200,
      { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' },
      405,
      'GET, HEAD',
    ])
    expect(JSON.parse(put?.body ?? '')).toMatchObject({ status: 405, error: 'invalid_request' })
  })

  it.each([`${path}/`, `/x${path}`, '/.well-known/aauth-resource', '/aauth/authorize/', '/aauth'])(
    'is not at %s',
    async (target) => {
      const { net, resource, agent } = await makeWorld(notes)
      const signed = await agent.sign(`${net.resource}${target}`, {}, { token: await agent.personToken() })
      expect(
        await answerRoutes(resource, toSignedRequest(signed), async () => new Uint8Array()),
      ).toBeUndefined()
    },
  )
})

describe('createResource refuses', () => {
  const faults: readonly (readonly [message: string, options: Record<string, unknown>])[] = [
    ['"accounts" is a list: pass a function', { accounts: ['ws-7'] }],
    [
      '"legacyPersonTokenJti" is "https://ps.example": write \'auto\', \'never\' or a list of server identifiers',
      { legacyPersonTokenJti: 'https://ps.example' },
    ],
    [
      '"legacyPersonTokenJti" contains "https://ps.example/", which is not a server identifier: remove the trailing slash',
      { legacyPersonTokenJti: ['https://ps.example/'] },
    ],
    [
      '"accessMode" is "session-token", but the resource issues no sessions: pass "managed" to createResource',
      { accessMode: 'session-token' },
    ],
    [
      '"revocationDelegates" is "ps.example", which is not a server identifier: write https:// before the host name',
      { revocationDelegates: { 'ps.example': [] } },
    ],
    [
      '"revocationDelegates.https://as.example" contains "*", which is not a server identifier: write https:// and a host name in lower case, without port, path or trailing slash',
      { revocationDelegates: { 'https://as.example': ['*'] } },
    ],
    [
      '"revocationDelegates.https://as.example" is "https://ps.example": write a list of server identifiers',
      { revocationDelegates: { 'https://as.example': 'https://ps.example' } },
    ],
    [
      '"revocation" is not an option of "stores": did you mean "revocations"?',
      { stores: { revocation: { add() {}, has() {} } } },
    ],
    [
      '"stores.revocations" lacks a method: pass an object with add and find and purge',
      { stores: { revocations: { add() {} } } },
    ],
    ['"stores.replays" lacks a method: pass an object with mark', { stores: { replays: {} } }],
  ]
  it.each(faults)('%s: %j', (message, options) => {
    expect(() => create(options)).toThrow(new TypeError(message))
  })

  it('an endpoint that the resource serves itself cannot be configured [META-6]', () => {
    expect(() => create({ authorization_endpoint: '/x' } as never)).toThrow(
      /^"authorization_endpoint" is not an option of createResource: use one of issuer, /,
    )
  })
})
