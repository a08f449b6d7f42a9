import { createHash } from 'node:crypto'
import { authorize, isAAuthError, type SignedRequest } from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { mission } from '@aauth-guard/fixtures/missions'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'

const url = 'https://notes.example/notes'
const digest = (text: string): string => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`

async function signed(
  world: World,
  call: Call = {},
  options: Partial<SignOptions> = {},
): Promise<SignedRequest> {
  const token = options.token ?? (await world.agent.authToken({ scope: 'access' }))
  return toSignedRequest(await world.agent.sign(url, call, { ...call, ...options, token }))
}

/** The same field, but with other lines from the read number `after` on. */
function changing(
  request: SignedRequest,
  name: string,
  lines: readonly string[],
  after: number,
): SignedRequest {
  let reads = 0
  return {
    ...request,
    header(asked) {
      if (asked !== name) return request.header(asked)
      reads += 1
      return reads > after ? lines : request.header(asked)
    },
  }
}

async function outcome(world: World, request: SignedRequest, requirement = {}): Promise<string> {
  try {
    const auth = await authorize(world.resource, request, requirement)
    return `${auth.type} ${contentBinding(auth)}`
  } catch (error) {
    if (!isAAuthError(error)) throw error
    return error.code
  }
}

describe('a request that returns other values when it is read again', () => {
  it('is read once for its method and its target [Q03]', async () => {
    const world = await makeWorld()
    const request = await signed(world, { method: 'POST' })
    const reads: string[] = []
    const watched: SignedRequest = {
      get method() {
        reads.push('method')
        return request.method
      },
      get target() {
        reads.push('target')
        return request.target
      },
      header: request.header,
      body: new Uint8Array(),
    }
    expect(await outcome(world, watched)).toBe('auth-token uncovered')
    expect(reads.sort()).toEqual(['method', 'target'])
  })

  it('is read once for its content [Q03, N01]', async () => {
    const world = await makeWorld()
    const request = await signed(world, { method: 'POST', body: 'note', digest: true })
    let reads = 0
    const watched: SignedRequest = {
      ...request,
      get body() {
        reads += 1
        return request.body
      },
    }
    expect(await outcome(world, watched, { components: ['content-digest', 'content-type'] })).toBe(
      'invalid_input',
    )
    expect(reads).toBe(1)
    expect(await outcome(world, watched)).toBe('auth-token checked')
    expect(reads).toBe(2)
  })

  it('is accepted only as it was signed, however method and target change [Q03]', async () => {
    const world = await makeWorld({ replay: 'off' })
    const request = await signed(world)
    const choice = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(choice, choice, async (methods, targets) => {
        const turn = { method: 0, target: 0 }
        const next = (of: 'method' | 'target', from: boolean[]): boolean =>
          from[turn[of]++ % from.length] === true
        const flipping: SignedRequest = {
          get method() {
            return next('method', methods) ? 'DELETE' : 'GET'
          },
          get target() {
            return next('target', targets) ? '/admin' : '/notes'
          },
          header: request.header,
        }
        const honest = methods[0] !== true && targets[0] !== true
        expect(await outcome(world, flipping)).toBe(honest ? 'auth-token uncovered' : 'invalid_signature')
      }),
      runs(100),
    )
  })

  it.each([0, 1, 2, 3, 4])(
    'cannot swap the digest that it covered for that of other content, after %i reads [Q03, N01]',
    async (after) => {
      const world = await makeWorld()
      const request = await signed(world, { method: 'POST', body: 'note', digest: true })
      const swapped = { ...request, body: new TextEncoder().encode('evil') }
      expect(await outcome(world, changing(swapped, 'content-digest', [digest('evil')], after))).toBe(
        'invalid_signature',
      )
    },
  )

  it.each([0, 1, 2, 3, 4])(
    'cannot assert a mission that it does not cover, after %i reads [Q03, SIG-10]',
    async (after) => {
      const world = await makeWorld()
      const token = await world.agent.authToken({ scope: 'access', generation: 'mission-header' })
      const request = await signed(world, {}, { token })
      const line = `approver="https://ps.example"; s256="${mission.s256}"`
      const requirement = { mission: 'required' }
      expect(['invalid_input', 'mission_required']).toContain(
        await outcome(world, changing(request, 'aauth-mission', [line], after), requirement),
      )
    },
  )

  it.each([0, 1, 2, 3, 4])(
    'cannot swap the mission that it covered, after %i reads [Q03, SIG-10]',
    async (after) => {
      const world = await makeWorld()
      const token = await world.agent.authToken({
        scope: 'access',
        generation: 'mission-header',
        mission: 'B'.repeat(42).concat('A'),
      })
      const request = await signed(world, { mission }, { token })
      const line = `approver="https://ps.example"; s256="${'B'.repeat(42)}A"`
      expect(['invalid_signature', 'invalid_request']).toContain(
        await outcome(world, changing(request, 'aauth-mission', [line], after)),
      )
    },
  )
})

describe('many concurrent requests', () => {
  it('each get their own identity [Q06]', async () => {
    const world = await makeWorld()
    const agents = await Promise.all(
      Array.from({ length: 40 }, (_, index) => world.net.agent({ name: `agent-${index}` })),
    )
    const calls = agents.flatMap((agent, index) =>
      Array.from({ length: 5 }, async () => {
        const sub = `person-${index}`
        const token = await agent.authToken({ scope: 'access', sub })
        const request = toSignedRequest(await agent.sign(url, { method: 'POST' }, { token }))
        const auth = await authorize(world.resource, request)
        return [auth.sub, auth.thumbprint].join() === [sub, agent.key.thumbprint].join()
      }),
    )
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 200 }, () => true))
  })
})
