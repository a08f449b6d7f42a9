import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import {
  type AnsweredWorld,
  answerWith,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const parameters = runs(100)
const anyJson = fc.jsonValue({ maxDepth: 3 })

/** A world that has fetched from its person server, if that was possible. */
async function metWith(arrange: (world: AnsweredWorld) => void): Promise<[AnsweredWorld, string]> {
  const world = await makeAnsweredWorld()
  arrange(world)
  return [world, await outcomeOf(world)]
}

it('arbitrary metadata is refused or leads to the host of the issuer [I05, I06, I10]', async () => {
  const uris = fc.oneof(
    anyJson,
    fc.webUrl({ validSchemes: ['http', 'https', 'ftp'], withFragments: true, withQueryParameters: true }),
    fc.string().map((end) => `https://ps.example${end}`),
    fc.string().map((start) => `${start}https://ps.example/jwks.json`),
  )
  await fc.assert(
    fc.asyncProperty(uris, fc.dictionary(fc.string(), anyJson), async (uri, others) => {
      const metadata = { ...others, issuer: 'https://ps.example', jwks_uri: uri }
      const [{ asked }] = await metWith((world) =>
        world.answer(personMetadata, answerWith(JSON.stringify(metadata))),
      )
      const [first, ...rest] = asked
      expect(first).toBe(personMetadata)
      expect(rest.length).toBeLessThanOrEqual(1)
      for (const url of rest)
        expect([new URL(url).protocol, new URL(url).host]).toEqual(['https:', 'ps.example'])
    }),
    parameters,
  )
})

it('an arbitrary JWKS is a fault of the issuer and never of this server [I13, I14]', async () => {
  const key = fc.record(
    {
      kid: fc.constantFrom('key-1', 'key-2'),
      kty: anyJson,
      crv: anyJson,
      x: anyJson,
      alg: anyJson,
      use: anyJson,
    },
    { requiredKeys: [] },
  )
  const jwks = fc.oneof(
    anyJson,
    fc.record({ keys: anyJson }),
    fc.record({ keys: fc.array(fc.oneof(anyJson, key)) }),
  )
  await fc.assert(
    fc.asyncProperty(jwks, async (body) => {
      const [, outcome] = await metWith((world) => world.answer(personKeys, answerWith(JSON.stringify(body))))
      expect(['invalid_jwt', 'unknown_key']).toContain(outcome)
    }),
    parameters,
  )
})

it('with an arbitrary Cache-Control, keys live between a minute and an hour [R11-123, I24]', async () => {
  const directive = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'abc=-,;" 019') }),
    fc.constantFrom('no-store', 'no-cache', 'public', 'immutable', 'max-age', 'max-age='),
    fc.nat().map((seconds) => `max-age=${seconds}`),
    fc.double().map((seconds) => `max-age=${seconds}`),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(directive, { maxLength: 4 }), async (directives) => {
      const [world, met] = await metWith(({ answer, net }) =>
        answer(personKeys, async (init) => {
          const { body, headers } = await net.fetch(personKeys, init)
          headers.set('cache-control', directives.join(','))
          return new Response(body, { headers })
        }),
      )
      const { key } = world.net.personServer
      await world.net.personServer.rotate({ withdraw: true })
      world.net.clock.advance(59)
      const early = await outcomeOf(world, world.agent.personToken({ key }))
      expect([met, early, world.asked.length]).toEqual(['accepted', 'accepted', 2])
      world.net.clock.advance(3541)
      expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('unknown_key')
    }),
    parameters,
  )
})
