import { authorize, isAAuthError, verifyContent } from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'

const url = 'https://notes.example/notes'
const later = { content: 'later' } as const
const ascii = new TextEncoder()

let world: World
let token: string
beforeAll(async () => {
  world = await makeWorld({ replay: 'off' })
  token = await world.agent.authToken({ scope: 'access' })
})

function signed(options: {
  digest?: boolean
  cover?: string[]
  headers?: Record<string, string>
}): Promise<SignedMessage> {
  const { headers = {}, ...signing } = options
  const request = { method: 'POST', headers: { 'content-type': 'text/plain', ...headers }, body: 'a note' }
  return world.agent.sign(url, request, { ...signing, token })
}

async function verdict(step: () => unknown): Promise<string> {
  try {
    await step()
    return 'accepted'
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}

/** The request as it arrives when its content has not been read. */
function withoutContent(message: SignedMessage) {
  const { method, target, header } = toSignedRequest(message)
  return { method, target, header }
}

describe('a covered Content-Digest', () => {
  it('binds the content that is available [SIG-12, R11-104]', async () => {
    const auth = await authorize(world.resource, toSignedRequest(await signed({ digest: true })))
    expect(contentBinding(auth)).toBe('checked')
  })

  it.each(['b note', 'a notes', 'a not', ''])(
    'refuses the content %j that was not signed [SIG-12, R11-104, N01]',
    async (body) => {
      const request = { ...toSignedRequest(await signed({ digest: true })), body: ascii.encode(body) }
      expect(await verdict(() => authorize(world.resource, request))).toBe('invalid_signature')
    },
  )

  it.each(['md5=:AAAA:', 'sha-256="x"', ''])(
    'with the value %j is refused, although it was signed [SIG-12, R11-104, N04]',
    async (value) => {
      const message = await signed({ headers: { 'content-digest': value }, cover: ['content-digest'] })
      expect(await verdict(() => authorize(world.resource, toSignedRequest(message)))).toBe(
        'invalid_signature',
      )
    },
  )

  it('is unchecked until the content has been read and compared [N03]', async () => {
    const auth = await authorize(world.resource, withoutContent(await signed({ digest: true })), {}, later)
    expect(contentBinding(auth)).toBe('unchecked')
    expect(await verdict(() => verifyContent(auth, ascii.encode('b note')))).toBe('invalid_signature')
    expect(contentBinding(auth)).toBe('unchecked')
    expect(await verdict(() => verifyContent(auth, ascii.encode('a note')))).toBe('accepted')
    expect(contentBinding(auth)).toBe('checked')
  })
})

describe('a Content-Digest that is not covered', () => {
  it('binds nothing and is not parsed [N02]', async () => {
    const message = await signed({ headers: { 'content-digest': 'sha-256=:AAAA:' } })
    const auth = await authorize(world.resource, toSignedRequest(message))
    expect(contentBinding(auth)).toBe('uncovered')
  })

  it('is refused when the route requires it [R11-087, N02]', async () => {
    const message = await signed({ headers: { 'content-digest': 'sha-256=:AAAA:' } })
    const requirement = { components: ['content-digest'] }
    expect(await verdict(() => authorize(world.resource, toSignedRequest(message), requirement))).toBe(
      'invalid_input',
    )
  })

  it.each(['repr-digest', 'digest'])('is not replaced by a covered %s [N05]', async (name) => {
    const message = await signed({ headers: { [name]: 'sha-256=:AAAA:' }, cover: [name] })
    expect(contentBinding(await authorize(world.resource, toSignedRequest(message)))).toBe('uncovered')
    const requirement = { components: ['content-digest'] }
    const again = await signed({ headers: { [name]: 'sha-256=:AAAA:' }, cover: [name] })
    expect(await verdict(() => authorize(world.resource, toSignedRequest(again), requirement))).toBe(
      'invalid_input',
    )
  })
})
