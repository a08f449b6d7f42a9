import { authorize, createResource } from '@aauth-guard/core'
import { validateRequirement } from '@aauth-guard/core/adapter'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const base = ['@method', '@authority', '@path', 'signature-key']
const requiredInput = (...more: string[]): string =>
  `error=invalid_input, required_input=(${[...base, ...more].map((name) => `"${name}"`).join(' ')})`
const post = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'note' }

async function token(world: World): Promise<string> {
  return world.agent.authToken({ scope: 'access' })
}

describe('a component that the resource requires', () => {
  it('must be covered, and the refusal lists all of them [SIG-8, R11-087, R11-090]', async () => {
    const world = await makeWorld({ additionalSignatureComponents: ['@query'] })
    const error = await world.refusal(await token(world))
    expect([error.code, error.headers['signature-error']]).toEqual(['invalid_input', requiredInput('@query')])
  })

  it('is covered by a request that is accepted [SIG-8, R11-087]', async () => {
    const world = await makeWorld({ additionalSignatureComponents: ['@query'] })
    const auth = await world.call(await token(world), { cover: ['@query'] })
    expect(auth.covered).toEqual([...base, '@query'])
  })

  it('is required of requests with content only, if it is a header field [SIG-8, R11-087]', async () => {
    const world = await makeWorld({ additionalSignatureComponents: ['content-digest', 'content-type'] })
    expect((await world.call(await token(world))).type).toBe('auth-token')
    const error = await world.refusal(await token(world), post)
    expect(error.headers['signature-error']).toBe(requiredInput('content-digest', 'content-type'))
  })

  it('is required of requests without content that send the field [SIG-8]', async () => {
    const world = await makeWorld({ additionalSignatureComponents: ['x-tenant'] })
    const error = await world.refusal(await token(world), { headers: { 'x-tenant': 'a' } })
    expect(error.headers['signature-error']).toBe(requiredInput('x-tenant'))
    const covered = { headers: { 'x-tenant': 'a' }, cover: ['x-tenant'] }
    expect((await world.call(await token(world), covered)).covered).toContain('x-tenant')
  })
})

describe('a component that a route requires', () => {
  it('is added to those of the resource [R11-087, R11-148]', async () => {
    const world = await makeWorld({ additionalSignatureComponents: ['x-tenant'] })
    const call = { ...post, headers: { ...post.headers, 'x-tenant': 'a' } }
    const requirement = { components: ['@query', 'content-digest'] }
    const error = await world.refusal(await token(world), { ...call, requirement })
    expect(error.headers['signature-error']).toBe(requiredInput('x-tenant', '@query', 'content-digest'))
  })

  it('does not affect other routes [R11-148]', async () => {
    const world = await makeWorld()
    const strict = await world.refusal(await token(world), { requirement: { components: ['@query'] } })
    expect(strict.code).toBe('invalid_input')
    expect((await world.call(await token(world), { requirement: {} })).covered).toEqual(base)
  })

  it('may be the query, which is listed in covered only if it is signed [SIG-16, E16]', async () => {
    const world = await makeWorld()
    const url = 'https://notes.example/notes?page=2'
    const covered = await world.call(await token(world), { url, cover: ['@query'] })
    const open = await world.call(await token(world), { url })
    expect([covered.covered, open.covered]).toEqual([[...base, '@query'], base])
  })

  it.each([
    ['Authorization'],
    ['@status'],
    ['query'],
    ['@Method'],
    ['signature-key;sf'],
    ['two words'],
    [''],
    ['@query-param'],
    ['signature'],
  ])('cannot be %j, which no signature can cover [E26]', (name) => {
    const world = { issuer: 'https://notes.example', trust: 'any' } as const
    expect(() => createResource({ ...world, additionalSignatureComponents: [name] })).toThrow(TypeError)
    expect(() => validateRequirement(createResource(world), { components: [name] })).toThrow(TypeError)
  })

  it('must be in a list of names [E26]', () => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
    const components = 'content-digest' as unknown as string[]
    expect(() => validateRequirement(resource, { components })).toThrow(TypeError)
  })
})

describe('the Authorization field', () => {
  it.each(['AAuth opaque', 'aauth opaque', 'AAUTH  a-._~+/z=='])(
    'must be covered when its value is %j [SIG-9, R11-088, M17]',
    async (authorization) => {
      const world = await makeWorld()
      const call = { headers: { authorization }, mistake: 'uncovered-authorization' } as const
      const error = await world.refusal(await token(world), call)
      expect(error.headers['signature-error']).toBe(requiredInput('authorization'))
    },
  )

  it.each([
    'AAuth',
    'AAuth ',
    'AAUTH',
    'AAuth\topaque',
    'AAuth \topaque',
    'AAuth a b',
    'AAuth a,b',
    'AAuth a, b',
    'AAuth a=b',
    'AAuth =',
    'AAuth "a"',
    'AAuth,a',
    'AAuth=a',
    'AAuth\0a',
    'AAuth \xe9',
    ' AAuth',
  ])(
    'is refused with 400 when its value is %j, covered or not [ACCESS-1, R11-193, M18]',
    async (authorization) => {
      const world = await makeWorld()
      const uncovered = { headers: { authorization }, mistake: 'uncovered-authorization' } as const
      for (const call of [{ headers: { authorization } }, uncovered]) {
        const { status, code } = await world.refusal(await token(world), call)
        expect([status, code]).toEqual([400, 'invalid_request'])
      }
    },
  )

  it.each(['AAuthx a b', 'AAuth-2 a=b', 'Bearer a b', 'Basic AAuth', ''])(
    'is ignored when its value is %j, which is another scheme [R11-193]',
    async (authorization) => {
      const world = await makeWorld()
      const call = { headers: { authorization }, mistake: 'uncovered-authorization' } as const
      expect((await world.call(await token(world), call)).covered).toEqual(base)
    },
  )

  it('need not be covered with another scheme [R11-198]', async () => {
    const world = await makeWorld()
    const call = { headers: { authorization: 'Bearer x' }, mistake: 'uncovered-authorization' } as const
    expect((await world.call(await token(world), call)).covered).toEqual(base)
  })

  it('grants nothing without a signature [ACCESS-2, R11-194]', async () => {
    const world = await makeWorld()
    const header = (name: string): string[] => (name === 'authorization' ? ['AAuth opaque'] : [])
    const request = { method: 'GET', target: '/notes', header }
    await expect(authorize(world.resource, request)).rejects.toMatchObject({ code: 'invalid_signature' })
  })
})
