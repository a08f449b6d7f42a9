import { type AgentMistake, agentMistakes } from '@aauth-guard/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../scripts/property-runs.ts'
import { adapterNames } from '../adapters/adapter.ts'
import type { Sent } from '../cases/case.ts'
import { exchange } from '../exchange.ts'
import { outcomeOf } from '../outcome.ts'
import { octetsOfAll } from '../sender.ts'
import { type ContractWorld, makeContractWorld } from '../world.ts'

let world: ContractWorld
beforeAll(async () => {
  world = await makeContractWorld({ replay: 'off' })
})
afterAll(() => world.close())

const generation = fc.constantFrom('person-token' as const, 'mission-header' as const)
const query = fc
  .string({ unit: fc.constantFrom(...'abc=&;+*-._~1'), maxLength: 12 })
  .map((text) => `?${text}`)
const wellSigned: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  target: fc.tuple(fc.constant('/whoami'), fc.oneof(fc.constant(''), query)).map((parts) => parts.join('')),
  label: fc.string({ unit: fc.constantFrom(...'abcz'), minLength: 1, maxLength: 8 }),
  headers: fc.dictionary(fc.constantFrom('x-a', 'x-b', 'accept'), fc.constantFrom('1', 'a, b', '"c"')),
})
const mistakes = Object.keys(agentMistakes) as AgentMistake[]
/** Where in the signature fields a character is changed, and to which. */
const change = fc.record({ at: fc.nat(), to: fc.constantFrom(...'aZ09"=;,()\\:-_ ') })

/** The outcome at each adapter. */
async function outcomes(octets: string): Promise<string[]> {
  return Promise.all(
    adapterNames.map(async (name) => outcomeOf(await exchange(world.origins.get(name) as string, [octets]))),
  )
}

describe('generated requests to every adapter', () => {
  it('are served by all of them when they are signed correctly (property P1)', async () => {
    await fc.assert(
      fc.asyncProperty(wellSigned, generation, async (sent, of) => {
        const [octets = ''] = await octetsOfAll(world.agent, sent, of)
        expect(await outcomes(octets)).toEqual(adapterNames.map(() => '200 person-1'))
      }),
      runs(15),
    )
  })

  it('get the same verdict when they are signed wrongly (property P4)', async () => {
    await fc.assert(
      fc.asyncProperty(wellSigned, generation, fc.constantFrom(...mistakes), async (sent, of, mistake) => {
        const [octets = ''] = await octetsOfAll(world.agent, { ...sent, mistake }, of)
        const found = await outcomes(octets)
        expect(found).toEqual(adapterNames.map(() => found[0]))
        expect(found[0]).toMatch(/^40[01] /)
      }),
      runs(15),
    )
  })

  it('get the same verdict when a character of the signature fields was changed (property P4)', async () => {
    await fc.assert(
      fc.asyncProperty(wellSigned, generation, change, async (sent, of, { at, to }) => {
        const [octets = ''] = await octetsOfAll(world.agent, sent, of)
        const places = [...octets.matchAll(/^signature(?:-input|-key)?: /gim)].flatMap((match) => {
          const start = match.index + match[0].length
          return Array.from({ length: octets.indexOf('\r\n', start) - start }, (_, index) => start + index)
        })
        const place = places[at % places.length] as number
        const found = await outcomes(octets.slice(0, place) + to + octets.slice(place + 1))
        expect(found).toEqual(adapterNames.map(() => found[0]))
      }),
      runs(15),
    )
  })
})
