import { describe, expect, it } from 'vitest'
import { managedStateOf } from '../../../src/managed/managed-state.ts'
import { issuer, makeHeldScene, payment } from './scene.ts'

describe('a call without a sufficient auth token', () => {
  it('is held: 202 with a resource token and a pending URL [CHAL-11, DEFER-1, R11-180]', async () => {
    const scene = await makeHeldScene()
    const { status, headers, body } = await scene.pay(await scene.person())
    expect(status).toBe(202)
    expect(JSON.parse(body)).toEqual({ status: 'pending' })
    expect(headers['aauth-requirement']).toMatch(/^requirement=auth-token;resource-token="/)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['retry-after']).toBe('5')
    expect(headers.location).toMatch(new RegExp(`^${issuer}/aauth/pending/[A-Za-z0-9_-]{43,}$`))
    expect(scene.calls).toEqual([])
  })

  it('with an agent token is challenged for a person token, and not held [R11-180]', async () => {
    const scene = await makeHeldScene()
    const { status, headers } = await scene.pay(await scene.agent.agentToken())
    expect(status).toBe(401)
    expect(headers['aauth-requirement']).toBe('requirement=person-token')
    expect(headers.location).toBeUndefined()
  })

  it('of an agent of drafts 01 to 10 gets the 401', async () => {
    const scene = await makeHeldScene()
    const token = await scene.agent.authToken({ generation: 'mission-header', scope: 'notes.read' })
    const { status, headers } = await scene.pay(token)
    expect(status).toBe(401)
    expect(headers['aauth-requirement']).toMatch(/^requirement=auth-token;resource-token="/)
  })

  it('is the same call if the same signed request comes again', async () => {
    const scene = await makeHeldScene()
    const once = { params: { nonce: 'once' } }
    const token = await scene.person()
    const first = await scene.pay(token, once)
    const second = await scene.pay(token, once)
    expect([first.status, second.status]).toEqual([202, 202])
    const granted = await scene.granted()
    const ran = await scene.poll(first.headers.location as string, granted)
    expect(await scene.poll(second.headers.location as string, granted)).toEqual(ran)
    expect(scene.calls).toHaveLength(1)
  })

  it.each([
    ['without a nonce or a covered digest', { digest: false, body: '', params: {} }, 401],
    ['with content that the signature does not cover', { digest: false }, 401],
    [
      'with other content than was signed',
      { digest: false, cover: ['content-digest'], headers: { 'content-digest': 'sha-256=:AAAA:' } },
      401,
    ],
    ['with a query that the signature does not cover', { path: '/payments?to=bob' }, 401],
    ['with a query that the signature covers', { path: '/payments?to=bob', cover: ['@query'] }, 202],
  ])('%s is answered with its status', async (_, sent, status) => {
    const scene = await makeHeldScene()
    expect((await scene.pay(await scene.person(), sent as never)).status).toBe(status)
    expect(scene.calls).toEqual([])
  })

  it('is not held if the route refuses it for another reason', async () => {
    const scene = await makeHeldScene({ requirement: { mission: 'required' } })
    const { status, headers } = await scene.pay(await scene.person())
    expect([status, headers.location]).toEqual([403, undefined])
  })

  it('is another call if another key has signed the same', async () => {
    const scene = await makeHeldScene()
    const other = await scene.net.agent({ name: 'other' })
    const sent = { params: { nonce: 'once' } }
    const first = await scene.pay(await scene.person(), sent)
    const second = await scene.pay(await other.personToken(), { ...sent, agent: other })
    expect([first.status, second.status]).toEqual([202, 202])
    const token = await other.authToken({ scope: 'payments.make' })
    expect((await scene.poll(second.headers.location as string, token, { agent: other })).status).toBe(201)
    expect((await scene.poll(first.headers.location as string, await scene.granted())).status).toBe(201)
    expect(scene.calls).toHaveLength(2)
  })

  it('is not held if its token is revoked', async () => {
    const scene = await makeHeldScene()
    const iss = scene.net.personServer.id
    const token = await scene.agent.personToken({ claims: { jti: 'source' } })
    await scene.pay(token)
    await scene.resource.revoke({ iss, jti: 'source', exp: scene.net.clock.now() + 4000 })
    const { status, headers } = await scene.pay(token)
    expect([status, headers.location]).toEqual([401, undefined])
  })

  it('is not held if its token is revoked while its content arrives', async () => {
    const scene = await makeHeldScene()
    const iss = scene.net.personServer.id
    const token = await scene.agent.personToken({ claims: { jti: 'source' } })
    const { status, headers } = await scene.pay(token, {
      onRead: () => scene.resource.revoke({ iss, jti: 'source', exp: scene.net.clock.now() + 4000 }),
    })
    expect([status, headers['signature-error']]).toEqual([401, 'error=revoked_jwt'])
  })

  it.each([
    ['content that the signature does not cover', { digest: false }],
    [
      'other content than was signed',
      { digest: false, cover: ['content-digest'], headers: { 'content-digest': 'sha-256=:AAAA:' } },
    ],
    ['a query that the signature does not cover', { path: '/payments?to=bob' }],
  ])('does not run with an auth token that suffices and %s', async (_, sent) => {
    const scene = await makeHeldScene()
    expect((await scene.pay(await scene.granted(), sent as never)).status).toBe(401)
    expect(scene.calls).toEqual([])
  })

  it.each([true, false])(
    'runs with its content, whether or not it was parsed before (%s)',
    async (isParsed) => {
      const scene = await makeHeldScene()
      expect((await scene.pay(await scene.granted(), { isParsed })).status).toBe(201)
      expect(new TextDecoder().decode(scene.calls[0]?.body)).toBe(payment)
      const location = await scene.held({ isParsed })
      expect((await scene.poll(location, await scene.granted())).status).toBe(201)
      expect(new TextDecoder().decode(scene.calls[1]?.body)).toBe(payment)
      if (isParsed) return
      const other = { content: new TextEncoder().encode('{"to":"eve"}') }
      for (const token of [await scene.granted(), await scene.person()])
        expect((await scene.pay(token, other)).status).toBe(401)
      expect(scene.calls).toHaveLength(2)
    },
  )

  it('runs at once with an auth token that suffices, once for each signature', async () => {
    const scene = await makeHeldScene()
    const token = await scene.granted()
    const once = { params: { nonce: 'once' } }
    expect((await scene.pay(token, once)).status).toBe(201)
    expect((await scene.pay(token, once)).status).toBe(401)
    expect(scene.calls).toHaveLength(1)
  })
})

describe('a poll of a held call', () => {
  it('with person tokens stays pending, and the first one with a valid auth token runs it [R11-181, R11-185]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held({
      cover: ['@query'],
      path: '/payments?x=1',
      headers: { 'content-type': 'application/json', 'x-other': 'y' },
    })
    for (let polls = 0; polls < 3; polls++) {
      const { status, body } = await scene.poll(location, await scene.person())
      expect([status, JSON.parse(body)]).toEqual([202, { status: 'pending' }])
    }
    expect(scene.calls).toEqual([])
    const granted = await scene.granted()
    const { status, headers, body } = await scene.poll(location, granted)
    expect([status, headers['x-run'], headers['cache-control']]).toEqual([201, '1', 'no-store'])
    expect(body).toMatch(/^ran [A-Za-z0-9_-]{43}$/)
    const [call] = scene.calls
    expect(call).toMatchObject({ method: 'POST', target: '/payments?x=1', path: '/payments', query: '?x=1' })
    expect(call?.fields['content-type']).toBe('application/json')
    expect(Object.keys(call?.fields ?? {})).not.toContain('x-other')
    expect(Object.keys(call?.fields ?? {}).filter((name) => name.startsWith('signature'))).toEqual([])
    expect(new TextDecoder().decode(call?.body)).toBe(payment)
    expect(call?.auth.scopes).toEqual(['payments.make'])
  })

  it('with the auth token that ran it gets the same result again, and nothing runs [DEFER-5, M16, R11-182]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    const granted = await scene.granted()
    const first = await scene.poll(location, granted)
    for (let polls = 0; polls < 3; polls++) expect(await scene.poll(location, granted)).toEqual(first)
    expect(scene.calls).toHaveLength(1)
  })

  it('keeps the result as long as its auth token lives, and the URL is gone then [R11-182, R11-183]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    const granted = await scene.granted()
    const first = await scene.poll(location, granted)
    const [{ key = '', auth } = {}] = scene.calls
    const { expires } = (await managedStateOf(scene.resource).held.records.find(key)) ?? {}
    expect(expires).toBe((auth?.exp ?? 0) + 60)
    // The pending URL of a call that waits is over after 600 s.
    scene.net.clock.advance(3500)
    expect(await scene.poll(location, granted)).toEqual(first)
    scene.net.clock.advance(200)
    expect((await scene.poll(location, await scene.granted())).status).toBe(410)
    expect(scene.calls).toHaveLength(1)
  })

  it('with another auth token once it is done is 410, and so is a person token [R11-187]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    await scene.poll(location, await scene.granted())
    expect((await scene.poll(location, await scene.granted())).status).toBe(410)
    expect((await scene.poll(location, await scene.person())).status).toBe(410)
    expect(scene.calls).toHaveLength(1)
  })

  it('with a revoked auth token is revoked_jwt, although there is a result [R11-187]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    const granted = await scene.granted({ claims: { jti: 'the-one' } })
    await scene.poll(location, granted)
    const iss = scene.net.personServer.id
    await scene.resource.revoke({ iss, jti: 'the-one', exp: scene.net.clock.now() + 4000 })
    const { status, headers } = await scene.poll(location, granted)
    expect([status, headers['signature-error']]).toEqual([401, 'error=revoked_jwt'])
  })

  it('of another agent is 404, whatever token it has [DEFER-2, R11-188, M15]', async () => {
    const scene = await makeHeldScene()
    const other = await scene.net.agent({ name: 'other' })
    const location = await scene.held()
    const token = await other.authToken({ scope: 'payments.make' })
    expect((await scene.poll(location, token, { agent: other })).status).toBe(404)
    expect(scene.calls).toEqual([])
    expect((await scene.poll(location, await scene.granted())).status).toBe(201)
  })

  it('with the auth token of another person is 404 [X26, DEFER-6, R11-186]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    expect((await scene.poll(location, await scene.granted({ sub: 'mallory' }))).status).toBe(404)
    expect(scene.calls).toEqual([])
  })

  it('with an auth token of another mission is 404 [DEFER-6]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    expect((await scene.poll(location, await scene.granted({ mission: `${'1'.repeat(42)}A` }))).status).toBe(
      404,
    )
    expect(scene.calls).toEqual([])
  })

  it('with an auth token that grants too little gets a new resource token [R11-186, DEFER-6]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    const { status, headers } = await scene.poll(
      location,
      await scene.agent.authToken({ scope: 'notes.read' }),
    )
    expect(status).toBe(202)
    expect(headers['aauth-requirement']).toMatch(/^requirement=auth-token;resource-token="/)
    expect(scene.calls).toEqual([])
    expect((await scene.poll(location, await scene.granted())).status).toBe(201)
  })

  it('with an auth token of another account gets a resource token for the account of the call [R11-186]', async () => {
    const scene = await makeHeldScene({
      requirement: { account: ({ query }) => query.slice('?account='.length) },
    })
    const sent = { path: '/payments?account=acme', cover: ['@query'] }
    const held = await scene.pay(await scene.person(), sent)
    const [, first = ''] = /resource-token="([^"]+)"/.exec(held.headers['aauth-requirement'] ?? '') ?? []
    expect(JSON.parse(Buffer.from(first.split('.')[1] ?? '', 'base64url').toString()).account).toBe('acme')
    const location = held.headers.location as string
    const refused = await scene.poll(location, await scene.granted({ account: 'other' }))
    expect(refused.status).toBe(202)
    const [, token = ''] = /resource-token="([^"]+)"/.exec(refused.headers['aauth-requirement'] ?? '') ?? []
    expect(
      JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))),
    ).toMatchObject({
      account: 'acme',
      scope: 'payments.make',
    })
    expect((await scene.poll(location, await scene.granted({ account: 'acme' }))).status).toBe(201)
    expect(scene.calls).toHaveLength(1)
  })

  it.each([
    ['throws', () => JSON.parse('no account')],
    ['is not one', () => 'two\nlines'],
  ])('is held without an account if that of its route %s, and does not run', async (_, account) => {
    const scene = await makeHeldScene({ requirement: { account } })
    const { status, headers } = await scene.pay(await scene.person())
    const [, token = ''] = /resource-token="([^"]+)"/.exec(headers['aauth-requirement'] ?? '') ?? []
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect([status, claims.account]).toEqual([202, undefined])
    expect((await scene.poll(headers.location as string, await scene.granted())).status).toBeGreaterThan(399)
    expect(scene.calls).toEqual([])
  })

  it('is refused by the check of the route as it is now, and stays pending [DEFER-6]', async () => {
    let allows = false
    const seen: string[] = []
    const scene = await makeHeldScene({
      requirement: {
        check: (_auth, request) => {
          seen.push(`${request.method} ${request.target}`)
          return allows
        },
      },
    })
    const location = await scene.held()
    const granted = await scene.granted()
    expect((await scene.poll(location, granted)).status).toBe(403)
    expect(scene.calls).toEqual([])
    allows = true
    expect((await scene.poll(location, granted)).status).toBe(201)
    expect(seen).toEqual(['POST /payments', 'POST /payments'])
  })

  it.each(['authorization', 'proxy-authorization', 'cookie'])(
    'never has the field %s, although the signature covers it',
    async (name) => {
      const scene = await makeHeldScene()
      const headers = { 'content-type': 'application/json', [name]: 'Basic c2VjcmV0' }
      const sent = { headers, cover: [name] }
      await scene.poll(await scene.held(sent), await scene.granted())
      await scene.pay(await scene.granted(), sent)
      expect(scene.calls).toHaveLength(2)
      for (const { fields } of scene.calls)
        expect(Object.keys(fields).sort()).toEqual(['content-digest', 'content-type'])
    },
  )

  it('gets a new resource token once the token that was presented has expired [R11-184]', async () => {
    const scene = await makeHeldScene()
    const exp = scene.net.clock.now() + 100
    const token = await scene.agent.personToken({ claims: { exp } })
    const location = (await scene.pay(token)).headers.location as string
    expect((await scene.poll(location, await scene.person())).headers['aauth-requirement']).toBeUndefined()
    scene.net.clock.advance(96)
    expect((await scene.poll(location, await scene.person())).headers['aauth-requirement']).toMatch(
      /resource-token="/,
    )
  })

  it('gets a new resource token once the first one has expired [R11-184]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    expect((await scene.poll(location, await scene.person())).headers['aauth-requirement']).toBeUndefined()
    scene.net.clock.advance(300)
    expect((await scene.poll(location, await scene.person())).headers['aauth-requirement']).toMatch(
      /resource-token="/,
    )
  })

  it('with a token that ran another held call gets a new resource token, and runs nothing [DEFER-5]', async () => {
    const scene = await makeHeldScene()
    const one = await scene.held()
    const other = await scene.held()
    const granted = await scene.granted()
    expect((await scene.poll(one, granted)).status).toBe(201)
    const { status, headers } = await scene.poll(other, granted)
    expect(status).toBe(202)
    expect(headers['aauth-requirement']).toMatch(/resource-token="/)
    expect(scene.calls).toHaveLength(1)
    expect((await scene.poll(other, await scene.granted())).status).toBe(201)
  })

  it('with a token that ran another one long ago runs nothing either, as long as it is valid [DEFER-5]', async () => {
    const scene = await makeHeldScene()
    const granted = await scene.granted()
    await scene.poll(await scene.held(), granted)
    scene.net.clock.advance(3000)
    expect((await scene.poll(await scene.held(), granted)).status).toBe(202)
    expect(scene.calls).toHaveLength(1)
  })

  it('within a second of the one before is slow_down, and the call lives on', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    const token = await scene.person()
    await scene.poll(location, token)
    scene.net.clock.advance(-2)
    expect((await scene.poll(location, token)).status).toBe(429)
    expect((await scene.poll(location, await scene.granted())).status).toBe(201)
  })

  it('of a call that nobody granted in time is 410 [R11-183]', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    scene.net.clock.advance(600)
    expect((await scene.poll(location, await scene.granted())).status).toBe(410)
    expect(scene.calls).toEqual([])
  })
})

describe('a held call that was ended', () => {
  it('by its owner with DELETE is 410, and never runs', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    expect((await scene.poll(location, await scene.person(), { method: 'DELETE' })).status).toBe(204)
    expect((await scene.poll(location, await scene.granted())).status).toBe(410)
    expect(scene.calls).toEqual([])
  })

  it('by the revocation of the token it was made with is 403 revoked [DEFER-6]', async () => {
    const scene = await makeHeldScene()
    const token = await scene.agent.personToken({ claims: { jti: 'source' } })
    const location = (await scene.pay(token)).headers.location as string
    const iss = scene.net.personServer.id
    await scene.resource.revoke({ iss, jti: 'source', exp: scene.net.clock.now() + 4000 })
    const { status, body } = await scene.poll(location, await scene.granted())
    expect([status, JSON.parse(body).error]).toEqual([403, 'revoked'])
    expect(scene.calls).toEqual([])
  })

  it('cannot be cancelled once it was run', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    const granted = await scene.granted()
    const first = await scene.poll(location, granted)
    expect((await scene.poll(location, granted, { method: 'DELETE' })).status).toBe(410)
    expect(await scene.poll(location, granted)).toEqual(first)
  })
})
