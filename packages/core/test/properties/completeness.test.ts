import { authorize, type Generation } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type Algorithm, type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import fc from 'fast-check'
import { Token } from 'structured-headers'
import { beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'

const visible = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index))
const text = (characters: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...characters), { maxLength }).map((chosen) => chosen.join(''))
const without = (...left: string[]): string[] => visible.filter((character) => !left.includes(character))
const printable = [' ', ...visible]
const tokenText = /^[A-Za-z*][!#$%&'*+.^_`|~A-Za-z0-9:/-]*$/

const encodesInVain = (made: string): boolean =>
  (made.match(/%[0-9a-f]{2}/gi) ?? []).some((octet) =>
    /[\w.~-]/.test(String.fromCharCode(Number.parseInt(octet.slice(1), 16))),
  )

const path = fc
  .array(text(without('?', '/', ...'#\\"<>^`{}'), 12), { maxLength: 6 })
  .map((segments) => `/${segments.join('/')}`)
  .filter((made) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(made) && !encodesInVain(made))
const target = fc
  .tuple(path, fc.option(text(without(...'#"<>'), 30)))
  .map(([made, query]) => (query === null ? made : `${made}?${query}`))
const method = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'QUERY',
  'M-SEARCH',
)
const label = fc
  .tuple(fc.constantFrom('a', 'z', '*'), text([...'abz019_-.*'], 12))
  .map((parts) => parts.join(''))
const fields = fc.dictionary(
  text([...'abcxyz0189-'], 10).map((name) => `x-${name}`),
  text([...printable, '\t'], 40),
  { maxKeys: 4 },
)
const value = fc.oneof(
  text(printable, 20),
  fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
  fc.integer({ min: -999_999, max: 999_999 }).map((thousandths) => thousandths / 1000 + 0),
  fc.boolean(),
  text(visible, 8)
    .filter((made) => tokenText.test(made))
    .map((made) => new Token(made)),
)
const params = fc.dictionary(
  fc.oneof(
    fc.constantFrom('nonce', 'tag', 'alg', 'keyid'),
    text([...'abc-_.*'], 5).map((name) => `x${name}`),
  ),
  value,
  { maxKeys: 4 },
)

const call = fc.record({
  method,
  target,
  label,
  fields,
  params,
  created: fc.integer({ min: now - 60, max: now + 60 }),
  query: fc.boolean(),
  body: fc.option(fc.uint8Array({ maxLength: 64 })),
  kind: fc.constantFrom('agent-token' as const, 'person-token' as const, 'auth-token' as const),
  generation: fc.constantFrom<Generation>('mission-header', 'person-token'),
  alg: fc.constantFrom<Algorithm>('Ed25519', 'ES256'),
  mission: fc.boolean(),
})
type Made = typeof call extends fc.Arbitrary<infer T> ? T : never

let world: World
const agents = new Map<Algorithm, Agent>()
beforeAll(async () => {
  world = await makeWorld({ replay: 'off' })
  for (const alg of ['Ed25519', 'ES256'] as const)
    agents.set(alg, await world.net.agent({ name: alg.toLowerCase(), alg }))
})

async function sign(made: Made): Promise<SignedMessage> {
  const agent = agents.get(made.alg) as Agent
  const mission = made.mission ? s256 : undefined
  const token = {
    'agent-token': () => agent.agentToken(),
    'person-token': () => agent.personToken({ ...(mission && { mission }) }),
    'auth-token': () =>
      agent.authToken({ scope: 'access', generation: made.generation, ...(mission && { mission }) }),
  }[made.kind]
  const { method: name, target: written, label: chosen, params: extra, created, body } = made
  return agent.sign(
    `https://notes.example${written}`,
    { method: name, headers: made.fields, ...(body && { body: new Uint8Array(body) }) },
    {
      token: await token(),
      label: chosen,
      params: extra,
      created,
      cover: [...(made.query ? ['@query'] : []), ...Object.keys(made.fields)],
      ...(body && { digest: true }),
      ...(mission && { mission: { approver: 'https://ps.example', s256: mission } }),
    },
  )
}

describe('completeness (property P1)', () => {
  it('the guard accepts any correctly signed request and reports the signer and the covered components [SIG-15, SIG-21, SIG-22, SIG-23, B05, C07, C09, D02, E14]', async () => {
    await fc.assert(
      fc.asyncProperty(call, async (made) => {
        const message = await sign(made)
        const requirement = { accept: [made.kind] }
        const auth = await authorize(world.resource, toSignedRequest(message), requirement)
        expect([auth.type, auth.thumbprint]).toEqual([made.kind, agents.get(made.alg)?.key.thumbprint])
        expect(auth.covered).toEqual(expect.arrayContaining(Object.keys(made.fields)))
      }),
      runs(300),
    )
  })
})
