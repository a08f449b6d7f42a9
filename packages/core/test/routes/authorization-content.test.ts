import { askForToken, notes, verdict, verified } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const many = Array.from({ length: 65 }, (_, index) => `scope-${index}`)

describe('the content at the authorization endpoint', () => {
  it.each([
    ['no scope', {}],
    ['an empty scope', { scope: '' }],
    ['a list of scopes', { scope: ['notes.read'] }],
    ['a number as scope', { scope: 1 }],
    ['null as scope', { scope: null }],
    ['a list', ['notes.read']],
    ['a string', '"notes.read"'],
    ['nothing', ''],
    ['text that is not JSON', 'scope=notes.read'],
    ['two scopes', '{"scope":"notes.read","scope":"notes.write"}'],
    ['two scopes, one escaped', '{"scope":"notes.read","sc\\u006fpe":"notes.write"}'],
    ['a byte order mark', '\ufeff{"scope":"notes.read"}'],
    ['a number as account', { scope: 'notes.read', account: 7 }],
    ['null as account', { scope: 'notes.read', account: null }],
    ['an empty account', { scope: 'notes.read', account: '' }],
    ['an account of 513 characters', { scope: 'notes.read', account: 'a'.repeat(513) }],
    ['an account with a line feed', { scope: 'notes.read', account: 'ws-7\nws-8' }],
  ])('with %s is answered with invalid_request [RT-17, R11-202, R11-206, M11, M12]', async (_, body) => {
    const answer = await askForToken(await makeWorld({ ...notes, accounts: () => true }), { body })
    expect([...verdict(answer), answer.headers]).toEqual([
      400,
      'invalid_request',
      { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    ])
  })

  it('does not get a scope from a polluted prototype [Q01]', async () => {
    const world = await makeWorld(notes)
    const prototype = Object.prototype as { scope?: string }
    prototype.scope = 'notes.write'
    try {
      expect(verdict(await askForToken(world, { body: '{}' }))).toEqual([400, 'invalid_request'])
    } finally {
      delete prototype.scope
    }
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json-patch+json',
    'application/jsonp',
    'text/json, application/json',
    '',
  ])('of type "%s" is answered with invalid_request [R11-207, M12]', async (type) => {
    expect(verdict(await askForToken(await makeWorld(notes), { type }))).toEqual([400, 'invalid_request'])
  })

  it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json ;x'])(
    'may be of type "%s" [R11-207]',
    async (type) => {
      expect((await askForToken(await makeWorld(notes), { type })).status).toBe(200)
    },
  )

  it.each([
    ['a scope that is not described', 'nope'],
    ['one among others', 'notes.read nope'],
    ['everything', '*'],
    ['the name of an inherited member', 'constructor'],
    ['two blanks', 'notes.read  notes.write'],
    ['a tab', 'notes.read\tnotes.write'],
    ['a blank at the end', 'notes.read '],
    ['65 scopes', many.join(' ')],
  ])(
    'that requests %s is answered with invalid_scope [RT-11, R11-165, R11-203, R11-275, M04]',
    async (_, scope) => {
      expect(verdict(await askForToken(await makeWorld(notes), { body: { scope } }))).toEqual([
        400,
        'invalid_scope',
      ])
    },
  )

  it('that requests more than 64 scopes is answered with invalid_scope, even if all are described [M04]', async () => {
    const scopes = Object.fromEntries(many.map((name) => [name, name]))
    const world = await makeWorld({ ...notes, scopes, defaultScope: 'scope-0' })
    const [fits, over] = [
      await askForToken(world, { body: { scope: many.slice(1).join(' ') } }),
      await askForToken(world, { body: { scope: many.join(' ') } }),
    ]
    expect([fits.status, verdict(over)]).toEqual([200, [400, 'invalid_scope']])
  })

  it('that requests more than 2048 characters is answered with invalid_scope, even if all are described [M04]', async () => {
    const long = Array.from({ length: 9 }, (_, index) => `${index}`.repeat(250))
    const scopes = Object.fromEntries(long.map((name) => [name, name]))
    const world = await makeWorld({ ...notes, scopes, defaultScope: long[0] as string })
    const [fits, over] = [
      await askForToken(world, { body: { scope: long.slice(1).join(' ') } }),
      await askForToken(world, { body: { scope: long.join(' ') } }),
    ]
    expect([fits.status, verdict(over)]).toEqual([200, [400, 'invalid_scope']])
  })
})

describe('an account at the authorization endpoint', () => {
  const body = { scope: 'notes.read', account: 'ws-7' }

  it('of the person of the token is in the resource token [RT-12, R11-204, R11-205]', async () => {
    const asked: unknown[] = []
    const world = await makeWorld({
      ...notes,
      accounts: async (...about) => {
        asked.push(about)
        return true
      },
    })
    const answer = await askForToken(world, { body })
    const { payload } = await verified(world.resource, JSON.parse(answer.body).resource_token)
    expect([payload.account, asked]).toEqual([
      'ws-7',
      [['ws-7', { ps: 'https://ps.example', sub: 'person-1' }]],
    ])
  })

  it.each([
    ['false', false],
    ['a promise of false', Promise.resolve(false)],
    ['an empty list', []],
    ['a row', { id: 'ws-7', owner: 'person-2' }],
    ['1', 1],
    ['undefined', undefined],
  ])(
    'is answered with invalid_account when accounts returns %s, whether it is unknown or of another person [RT-12, R11-204, P09]',
    async (_, verdictOfAccounts) => {
      const world = await makeWorld({ ...notes, accounts: () => verdictOfAccounts as boolean })
      expect(verdict(await askForToken(world, { body }))).toEqual([400, 'invalid_account'])
    },
  )

  it('is answered with invalid_account when the resource has no accounts option [RT-12, R11-204]', async () => {
    expect(verdict(await askForToken(await makeWorld(notes), { body }))).toEqual([400, 'invalid_account'])
  })

  it('is answered with invalid_account beside an agent token, which has no person [RT-12, R11-204]', async () => {
    let asked = 0
    const accounts = (): boolean => {
      asked += 1
      return true
    }
    const world = await makeWorld({ ...notes, accounts, generations: ['mission-header'] })
    const answer = await askForToken(world, { body, token: await world.agent.agentToken() })
    expect([verdict(answer), asked]).toEqual([[400, 'invalid_account'], 0])
  })

  it('is answered with 503 when accounts fails [R11-204, R11-206]', async () => {
    const accounts = (): Promise<boolean> => Promise.reject(new Error('the database is away'))
    const world = await makeWorld({ ...notes, accounts })
    expect(verdict(await askForToken(world, { body }))).toEqual([503, 'server_error'])
  })

  it('is not checked when the request names none [RT-12]', async () => {
    const world = await makeWorld({ ...notes, accounts: () => false })
    const answer = await askForToken(world)
    const { payload } = await verified(world.resource, JSON.parse(answer.body).resource_token)
    expect([answer.status, Object.hasOwn(payload, 'account')]).toEqual([200, false])
  })
})
