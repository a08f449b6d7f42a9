import { authorize, isAAuthError } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type Algorithm, type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import fc from 'fast-check'
import { parseDictionary } from 'structured-headers'
import { beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'

interface Mutation {
  readonly kind: 'flip' | 'insert' | 'delete'
  /** Where, as a share of the length. */
  readonly at: number
  readonly octet: number
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip' as const, 'insert' as const, 'delete' as const),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  octet: fc.integer({ min: 1, max: 255 }),
})

function mutate(text: string, { kind, at, octet }: Mutation): string {
  const index = Math.floor(at * text.length)
  const [before, after] = [text.slice(0, index), text.slice(index + 1)]
  const old = text.charCodeAt(index)
  if (kind === 'delete') return before + after
  if (kind === 'insert') return before + String.fromCharCode(octet) + text.slice(index)
  // Within seven bits most of the time, so that the change gets past the parsers.
  const flipped = old ^ (octet & 0x7f || 1)
  return before + String.fromCharCode(flipped) + after
}

const url = 'https://notes.example/notes/7?page=2'
const headers = { 'x-tenant': 'acme', 'content-type': 'text/plain' }
const algorithms: readonly Algorithm[] = ['Ed25519', 'ES256']

let world: World
const agents: Agent[] = []
const messages: SignedMessage[] = []
beforeAll(async () => {
  world = await makeWorld({ replay: 'off' })
  for (const alg of algorithms) {
    const agent = await world.net.agent({ name: alg.toLowerCase(), alg })
    agents.push(agent)
    const token = await agent.authToken({ scope: 'access' })
    const cover = ['@query', 'x-tenant']
    messages.push(
      await agent.sign(
        url,
        { method: 'POST', headers, body: 'note' },
        { token, cover, digest: true, params: { nonce: 'n' } },
      ),
    )
  }
})

/** Whether the message is accepted. Anything but an AAuthError fails the test. */
async function accepts(message: SignedMessage): Promise<boolean> {
  return authorize(world.resource, toSignedRequest(message)).then(
    () => true,
    (error: unknown) => {
      if (!isAAuthError(error) || error.code === 'server_error') throw error
      return false
    },
  )
}

const field = ({ headers: lines }: SignedMessage, name: string): string =>
  lines.find(([key]) => key === name)?.[1] ?? ''
const withField = (message: SignedMessage, name: string, value: string): SignedMessage => ({
  ...message,
  headers: message.headers.map(([key, old]) => [key, key === name ? value : old]),
})

/** Runs `change` on both messages; it returns whether the result still means the same. */
async function unaccepted(
  change: (message: SignedMessage, mutation: Mutation) => readonly [SignedMessage, same: boolean],
): Promise<void> {
  const index = fc.integer({ min: 0, max: algorithms.length - 1 })
  await fc.assert(
    fc.asyncProperty(index, mutation, async (which, how) => {
      const [mutant, same] = change(messages[which] as SignedMessage, how)
      if (!same) expect(await accepts(mutant)).toBe(false)
    }),
    runs(400),
  )
}

const trim = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')

describe('mutation soundness (property P2): the guard', () => {
  it('accepts the messages that the changes start from', async () => {
    expect(await Promise.all(messages.map(accepts))).toEqual([true, true])
  })

  it('accepts no message whose method or target was changed [SIG-15, SIG-24, R11-102, E05, E15]', async () => {
    await unaccepted((message, how) => [{ ...message, method: mutate(message.method, how) }, false])
    await unaccepted((message, how) => [{ ...message, target: mutate(message.target, how) }, false])
  })

  it.each(['signature-key', 'x-tenant', 'content-digest', 'content-type'])(
    'accepts no message whose %s was changed [SIG-24, R11-102, A17]',
    async (name) => {
      await unaccepted((message, how) => {
        const mutant = mutate(field(message, name), how)
        // White space around a field is not part of it.
        return [withField(message, name, mutant), trim(mutant) === field(message, name)]
      })
    },
  )

  it('accepts no message whose content was changed [SIG-12, R11-104, N01]', async () => {
    await unaccepted((message, how) => {
      const body = Uint8Array.from(mutate('note', how), (character) => character.charCodeAt(0))
      return [{ ...message, body }, false]
    })
  })

  it.each(['signature-input', 'signature'])(
    'accepts no message whose %s has another meaning [SIG-24, R11-102, B06, C10]',
    async (name) => {
      const meaning = (text: string): string => {
        try {
          const member = parseDictionary(text).get('sig')
          return JSON.stringify(member, (_, part) => {
            if (part instanceof Map) return [...part]
            return part instanceof ArrayBuffer ? [...new Uint8Array(part)] : part
          })
        } catch {
          return 'none'
        }
      }
      await unaccepted((message, how) => {
        const mutant = mutate(field(message, name), how)
        return [withField(message, name, mutant), meaning(mutant) === meaning(field(message, name))]
      })
    },
  )

  it('accepts no changed token, even if the agent signs the request again [JWT-11, R11-022, R11-029, F15]', async () => {
    const agent = agents[0] as Agent
    const token = await agent.authToken({ scope: 'access' })
    const ascii = fc.integer({ min: 1, max: 127 })
    const how = fc.tuple(mutation, ascii).map(([base, octet]) => ({ ...base, octet }))
    await fc.assert(
      fc.asyncProperty(how, async (change) => {
        const mutant = mutate(token, change)
        // A String of structured fields cannot hold anything else.
        fc.pre(/^[\x20-\x7e]*$/.test(mutant) && mutant !== token)
        expect(await accepts(await agent.sign(url, {}, { token: mutant }))).toBe(false)
      }),
      runs(400),
    )
  })

  it('accepts no signature of another key [SIG-24, KEY-14, R11-102]', async () => {
    const [one, two] = agents as [Agent, Agent]
    const tokens = [
      await one.authToken({ scope: 'access' }),
      await two.authToken({ scope: 'access' }),
    ] as const
    expect(await accepts(await one.sign(url, {}, { token: tokens[1] }))).toBe(false)
    expect(await accepts(await two.sign(url, {}, { token: tokens[0] }))).toBe(false)
  })

  it.each<[string, (base: string) => string]>([
    ['line breaks of two octets', (base) => base.replaceAll('\n', '\r\n')],
    ['a line feed at its end', (base) => `${base}\n`],
    ['a line feed at its start', (base) => `\n${base}`],
    ['no space after the colons', (base) => base.replaceAll(': ', ':')],
    ['its last line missing', (base) => base.slice(0, base.lastIndexOf('\n'))],
    ['its lines in another order', (base) => base.split('\n').reverse().join('\n')],
  ])('accepts no signature over a base with %s [SIG-13, H16]', async (_, change) => {
    for (const agent of agents) {
      const token = await agent.authToken({ scope: 'access' })
      const message = await agent.sign(url, {}, { token })
      const sent = async (base: string): Promise<boolean> => {
        const octets = await agent.key.sign(new TextEncoder().encode(base))
        const signature = `sig=:${Buffer.from(octets).toString('base64')}:`
        const headers = message.headers.map(([name, value]): [string, string] =>
          name === 'signature' ? [name, signature] : [name, value],
        )
        return accepts({ ...message, headers })
      }
      expect([await sent(message.base), await sent(change(message.base))]).toEqual([true, false])
    }
  })
})
