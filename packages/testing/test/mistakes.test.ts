import { now } from '@aauth-guard/fixtures/world'
import {
  type Agent,
  type AgentMistake,
  type AgentRequest,
  agentMistakes,
  createTestNetwork,
  makeKey,
  type SignedMessage,
  type SignOptions,
} from '@aauth-guard/testing'
import { parseDictionary, Token } from 'structured-headers'
import { beforeAll, describe, expect, it } from 'vitest'
import { isSignatureOf, labelsOf, linesOf, receive, verifies } from './received.ts'

let agent: Agent
let token: string
beforeAll(async () => {
  const net = await createTestNetwork({ now, seed: 'mistakes' })
  agent = await net.agent()
  token = await agent.authToken()
})

function sign(
  mistake: AgentMistake,
  options: Partial<SignOptions> = {},
  request: AgentRequest = {},
): Promise<SignedMessage> {
  return agent.sign('https://notes.example/notes', request, { token, ...options, mistake })
}

/** Mistakes under a signature that verifies: the broken rule is the only fault. */
const valid: Partial<Record<AgentMistake, (message: SignedMessage) => void>> = {
  stale: (message) => expect(receive(message).params).toEqual({ created: now - 61 }),
  future: (message) => expect(receive(message).params).toEqual({ created: now + 61 }),
  'no-created': (message) => expect(receive(message).params).toEqual({}),
  'string-created': (message) => expect(receive(message).params).toEqual({ created: String(now) }),
  'decimal-created': (message) =>
    expect(linesOf(message, 'signature-input')[0]).toMatch(/;created=1790000000\.5$/),
  expired: (message) => expect(receive(message).params).toEqual({ created: now - 30, expires: now - 1 }),
  'expires-before-created': (message) =>
    expect(receive(message).params).toEqual({ created: now + 30, expires: now + 10 }),
  'omit-method': covers('"@authority"', '"@path"', '"signature-key"'),
  'omit-authority': covers('"@method"', '"@path"', '"signature-key"'),
  'omit-path': covers('"@method"', '"@authority"', '"signature-key"'),
  'omit-signature-key': covers('"@method"', '"@authority"', '"@path"'),
  'nothing-covered': covers(),
  'duplicate-component': covers('"@method"', '"@authority"', '"@path"', '"signature-key"', '"@method"'),
  'component-parameter': covers('"@authority"', '"@path"', '"signature-key"', '"@method";req'),
  'key-parameter': covers('"@method"', '"@authority"', '"@path"', '"signature-key";key="sig"'),
  'absent-component': covers('"@method"', '"@authority"', '"@path"', '"signature-key"', '"x-not-there"'),
  'unknown-derived-component': covers('"@method"', '"@authority"', '"@path"', '"signature-key"', '"@status"'),
  'duplicate-label': (message) => {
    const [first, second] = linesOf(message, 'signature')[0]?.split(', ') ?? []
    expect(first).toMatch(/^sig=:/)
    expect(second).toBe(first)
  },
  'duplicate-parameter': (message) =>
    expect(linesOf(message, 'signature-input')[0]).toMatch(/\);created=1790000000;created=1790000000$/),
  'two-jwt-labels': (message) => {
    const both = ['sig', 'sig-2']
    expect(labelsOf(message)).toEqual({ input: both, signature: both, key: both })
    expect(receive(message, 'sig-2').schemeParams).toEqual({ jwt: token })
    expect(verifies(message, agent.key, 'sig-2')).toBe(true)
  },
  'other-authority': (message) => expect(message.url).toBe('https://elsewhere.example/notes'),
  'unknown-scheme': (message) => expect(receive(message).scheme).toBe('quantum'),
  'hwk-scheme': (message) =>
    expect(receive(message)).toMatchObject({ scheme: 'hwk', schemeParams: agent.key.jwk }),
  'cached-scheme': (message) =>
    expect(receive(message)).toMatchObject({ scheme: 'cached', schemeParams: { cid: 'x' } }),
  'no-token': (message) => expect(receive(message)).toMatchObject({ scheme: 'jwt', schemeParams: {} }),
  'token-as-sf-token': (message) => expect(receive(message).schemeParams).toEqual({ jwt: new Token(token) }),
  'uncovered-mission': (message) => {
    expect(linesOf(message, 'aauth-mission')).toHaveLength(1)
    expect(receive(message).covered).not.toContain('"aauth-mission"')
  },
  'uncovered-authorization': (message) => {
    expect(linesOf(message, 'authorization')).toEqual(['AAuth opaque'])
    expect(receive(message).covered).not.toContain('"authorization"')
  },
}

function covers(...names: string[]): (message: SignedMessage) => void {
  return (message) => expect(receive(message).covered).toEqual(names)
}

/** Mistakes without a signature that verifies, or without any. */
const broken: Partial<Record<AgentMistake, (message: SignedMessage) => void | Promise<void>>> = {
  async 'wrong-key'(message) {
    expect(receive(message).schemeParams).toEqual({ jwt: token })
    expect(verifies(message, agent.key)).toBe(false)
    expect(verifies(message, await makeKey('a thief', 'stolen', 'Ed25519'))).toBe(true)
  },
  'label-mismatch': (message) =>
    expect(labelsOf(message)).toEqual({ input: ['other'], signature: ['sig'], key: ['sig'] }),
  'flip-signature': (message) => {
    expect(receive(message).signature).toHaveLength(64)
    expect(verifies(message, agent.key)).toBe(false)
  },
  'short-signature': (message) => expect(receive(message).signature).toHaveLength(3),
  'base64url-signature': (message) => {
    const [line = ''] = linesOf(message, 'signature')
    expect(line).toMatch(/^sig=:[\w-]*[-_][\w-]*={0,2}:$/)
    expect(() => parseDictionary(line)).toThrow()
  },
  'signature-as-token': (message) =>
    expect(parseDictionary(linesOf(message, 'signature')[0] as string).get('sig')?.[0]).toEqual(
      new Token('abc'),
    ),
  'no-signature': lacks('signature'),
  'no-signature-input': lacks('signature-input'),
  'no-signature-key': lacks('signature-key'),
  'empty-signature': (message) => expect(linesOf(message, 'signature')).toEqual(['']),
  'other-path': (message) => {
    expect([message.target, message.url]).toEqual(['/notesx', 'https://notes.example/notesx'])
    expect(verifies(message, agent.key)).toBe(false)
    expect(verifies({ ...message, target: '/notes' }, agent.key)).toBe(true)
  },
  'other-method': (message) => {
    expect(message.method).toBe('DELETE')
    expect(verifies(message, agent.key)).toBe(false)
    expect(verifies({ ...message, method: 'GET' }, agent.key)).toBe(true)
  },
}

function lacks(name: string): (message: SignedMessage) => void {
  const rest = ['signature-key', 'signature-input', 'signature'].filter((field) => field !== name)
  return (message) => expect(message.headers.map(([field]) => field)).toEqual(rest)
}

const named = <T>(rows: Record<string, T>): [AgentMistake, T][] => Object.entries(rows) as [AgentMistake, T][]

describe('a mistake of an agent', () => {
  it.each(named(valid))('%s is sent under a signature that verifies', async (mistake, check) => {
    const message = await sign(mistake)
    check(message)
    expect(verifies(message, agent.key)).toBe(true)
  })

  it.each(named(broken))('%s is sent without a signature that verifies', async (mistake, check) => {
    await check(await sign(mistake))
  })

  it('has a row here for every name', () => {
    const names = [...Object.keys(valid), ...Object.keys(broken)]
    expect(names.sort()).toEqual(Object.keys(agentMistakes).sort())
  })

  it.each(['short-signature', 'signature-as-token', 'duplicate-label', 'flip-signature'] as const)(
    '%s keeps the given label',
    async (mistake) => {
      const message = await sign(mistake, { label: 'planner-1' })
      expect(linesOf(message, 'signature')[0]).toMatch(/^planner-1=/)
    },
  )

  it('base64url-signature has the octets of the valid one, where the alphabets differ', async () => {
    const paths = Array.from({ length: 64 }, (_, i) => `https://notes.example/${i}`)
    const messages = await Promise.all(
      paths.map(async (url) => {
        const honest = await agent.sign(url, {}, { token })
        return [honest, await agent.sign(url, {}, { token, mistake: 'base64url-signature' })] as const
      }),
    )
    const differing = messages.filter(([honest]) => /[+/]/.test(linesOf(honest, 'signature')[0] ?? ''))
    expect(differing).not.toHaveLength(0)
    for (const [honest, wrong] of differing) {
      const octets = Buffer.from(linesOf(wrong, 'signature')[0]?.slice('sig=:'.length, -1) ?? '', 'base64url')
      expect(isSignatureOf(agent.key, honest.base, octets)).toBe(true)
    }
  })

  it('other-path changes the path before a query', async () => {
    const message = await agent.sign('https://notes.example/notes?x=1', {}, { token, mistake: 'other-path' })
    expect(message.target).toBe('/notes/x?x=1')
  })

  it('other-method turns every method but GET into GET', async () => {
    expect((await sign('other-method', {}, { method: 'POST' })).method).toBe('GET')
  })

  it('uncovered-mission and uncovered-authorization keep the given field', async () => {
    const mission = { approver: 'https://mine.example', s256: 'B'.repeat(43) }
    const headers = { authorization: 'AAuth mine' }
    const [one, other] = [
      await sign('uncovered-mission', { mission }),
      await sign('uncovered-authorization', {}, { headers }),
    ]
    expect(linesOf(one, 'aauth-mission')).toEqual([
      `approver="https://mine.example"; s256="${'B'.repeat(43)}"`,
    ])
    expect(receive(one).covered).not.toContain('"aauth-mission"')
    expect(linesOf(other, 'authorization')).toEqual(['AAuth mine'])
    expect(receive(other).covered).not.toContain('"authorization"')
  })
})
