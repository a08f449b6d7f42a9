import { type Auth, authorize, type TokenKind, verifyContent } from '@aauth-guard/core'
import { assertContentChecked, readIdentity } from '@aauth-guard/core/adapter'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'

const remedy = 'put the parser behind the guard'

let world: World
beforeAll(async () => {
  world = await makeWorld({ replay: 'off' })
})

function identity(of: 'agent' | 'person' | 'auth' | 'older'): Promise<string> {
  const { agent } = world
  switch (of) {
    case 'agent':
      return agent.agentToken()
    case 'person':
      return agent.personToken()
    case 'auth':
      return agent.authToken({ scope: 'access' })
    case 'older':
      return agent.authToken({ scope: 'access', generation: 'mission-header' })
  }
}

describe('the identity that a handler reads', () => {
  it.each<['agent' | 'person' | 'auth' | 'older', TokenKind, boolean]>([
    ['agent', 'agent-token', true],
    ['agent', 'person-token', false],
    ['agent', 'auth-token', false],
    ['person', 'person-token', true],
    ['person', 'auth-token', false],
    ['auth', 'auth-token', true],
    ['auth', 'person-token', true],
    ['auth', 'agent-token', false],
    ['older', 'auth-token', true],
    ['older', 'person-token', false],
  ])('is that of an %s token, read as %s: %s [R11-021, R11-058, R11-072]', async (of, kind, fits) => {
    const auth = await world.call(await identity(of), { requirement: anyKind })
    if (fits) expect(readIdentity(auth, kind, remedy)).toBe(auth)
    else expect(() => readIdentity(auth, kind, remedy)).toThrow(TypeError)
  })

  it('cannot be read where no guard ran', () => {
    expect(() => readIdentity(undefined, 'auth-token', remedy)).toThrow(/put protect\(resource\) before/)
  })

  it('cannot be read when it was built by hand', async () => {
    const auth = await world.call(await identity('auth'))
    expect(() => readIdentity({ ...auth }, 'auth-token', remedy)).toThrow(TypeError)
  })

  it('cannot be read before a covered digest was compared [N03]', async () => {
    const token = await identity('auth')
    const message = await world.agent.sign(
      'https://notes.example/notes',
      { method: 'POST', body: 'note' },
      { token, digest: true },
    )
    const { body: _, ...request } = toSignedRequest(message)
    const auth: Auth = await authorize(world.resource, request, {}, { content: 'later' })
    expect(() => readIdentity(auth, 'auth-token', remedy)).toThrow(
      expect.objectContaining({ code: 'server_error', hint: expect.stringContaining(remedy) }),
    )
    expect(() => assertContentChecked(auth, remedy)).toThrow(
      expect.objectContaining({ code: 'server_error', hint: expect.stringContaining(remedy) }),
    )
    await verifyContent(auth, new TextEncoder().encode('note'))
    expect(readIdentity(auth, 'auth-token', remedy)).toBe(auth)
    expect(() => assertContentChecked(auth, remedy)).not.toThrow()
  })
})
