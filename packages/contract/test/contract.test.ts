import type { Generation } from '@aauth-guard/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Adapter, type AdapterName, adapterNames } from '../adapters/adapter.ts'
import { adapters } from '../adapters/index.ts'
import type { Case } from '../cases/case.ts'
import { suites } from '../cases/index.ts'
import { tallyOfEvents, tallyOfResponses } from '../decisions.ts'
import type { Difference } from '../difference.ts'
import { differences } from '../differences.ts'
import { exchange, type RawResponse } from '../exchange.ts'
import { outcomeOf } from '../outcome.ts'
import { octetsOfAll } from '../sender.ts'
import { type ContractWorld, makeContractWorld } from '../world.ts'

/** Node answers 400 to content that is broken, after the request was accepted and while its handler waits for it. */
const brokenContent = [
  'an unknown transfer coding is refused by Node [A13]',
  'a chunk size that is not a number is refused by Node [A13]',
]

// The one random value in an answer: the id of a resource token.
beforeEach(() => {
  vi.spyOn(crypto, 'randomUUID').mockReturnValue('00000000-0000-4000-8000-000000000000')
})

describe.each(suites)('the same requests to every adapter: $about', ({ options, cases }) => {
  describe.each<Generation>(['person-token', 'mission-header'])(
    'auth tokens of the %s generation',
    (generation) => {
      let world: ContractWorld
      beforeAll(async () => {
        world = await makeContractWorld(options)
      })
      afterAll(() => world.close())

      const served: Case[] = cases.filter(([, , , only]) => only === undefined || only === generation)
      it.each(served.map(([rule, sent, outcome, , lines = []]) => [rule, sent, outcome, lines] as const))(
        '%s',
        async (rule, sent, outcome, lines) => {
          const requests = await octetsOfAll(world.agent, sent, generation)
          for (const events of world.events.values()) events.length = 0
          const answers = await Promise.all(
            adapterNames.map(async (name) => ({
              name,
              responses: stripped(name, await exchange(world.origins.get(name) as string, requests)),
              difference: differenceOf(name, rule),
            })),
          )
          expect(
            Object.fromEntries(answers.map(({ name, responses }) => [name, outcomeOf(responses)])),
          ).toEqual(
            Object.fromEntries(answers.map(({ name, difference }) => [name, difference?.outcome ?? outcome])),
          )
          const tallies = answers.map(({ name, responses }) => [name, tallyOfResponses(requests, responses)])
          const told = () =>
            adapterNames.map((name) => [name, tallyOfEvents(world.events.get(name) ?? [])] as const)
          // Fastify parses a text before NestJS asks guards, so nothing is decided there.
          const isParsedFirst = (name: AdapterName): boolean =>
            name === 'NestJS on Fastify' && rule === brokenContent[0]
          const accepted = answers.map(({ name, difference }) => [
            name,
            { refused: 0, handled: difference?.outcome === undefined && !isParsedFirst(name) ? 1 : 0 },
          ])
          // Node may answer before the decision is made: the next case must not count it.
          if (brokenContent.includes(rule)) await vi.waitFor(() => expect(told()).toEqual(accepted))
          else expect(told()).toEqual(tallies)
          const missing = answers.flatMap(({ name, responses }) =>
            withoutUnsent(name, lines)
              .filter((line) => !stands(line, responses[0]?.lines ?? []))
              .map((line) => [name, line]),
          )
          expect(missing).toEqual([])
          // Octet for octet, except for listed differences; adapters with the same listed outcome must answer alike.
          const common = answers.find(({ difference }) => difference === undefined)?.responses ?? []
          for (const { name, responses, difference } of answers) {
            const alike = answers.find((other) => other.difference === difference)?.responses
            const expected =
              difference?.outcome === undefined ? asSentBy(name, changed(common, difference)) : alike
            expect([name, responses]).toEqual([name, expected])
          }
        },
      )
    },
  )
})

describe('a listed difference', () => {
  const rules = new Map(suites.flatMap(({ cases }) => cases.map(([rule, , outcome]) => [key(rule), outcome])))

  it('names cases that exist, each on an adapter once', () => {
    const listed = differences.flatMap(({ on, cases }) =>
      on.flatMap((name) => cases.map((rule) => `${name}: ${rule}`)),
    )
    expect([
      new Set(listed).size,
      differences.flatMap(({ cases }) => cases).filter((rule) => !rules.has(rule)),
    ]).toEqual([listed.length, []])
  })

  it('differs from the common outcome', () => {
    const none = differences.filter(
      ({ cases, outcome, without = [], additional = [] }) =>
        without.length + additional.length === 0 && cases.some((rule) => rules.get(rule) === outcome),
    )
    expect(none).toEqual([])
  })
})

/** Whether a response has a line, or no line of a name that is written behind an exclamation mark. */
function stands(line: string, lines: readonly string[]): boolean {
  if (!line.startsWith('!')) return lines.includes(line)
  return !lines.some((one) => one.startsWith(`${line.slice(1)}:`))
}

/** A rule without its ids. */
function key(rule: string): string {
  return rule.replace(/ \[[^\]]*\]$/, '')
}

/** Responses without the lines that the host of an adapter adds to all. */
function stripped(name: AdapterName, responses: readonly RawResponse[]): readonly RawResponse[] {
  const { strip = (lines: readonly string[]) => [...lines] } = hostOf(name) ?? {}
  return responses.map((response) => ({ ...response, lines: strip(response.lines).sort() }))
}

function asSentBy(name: AdapterName, responses: readonly RawResponse[]): readonly RawResponse[] {
  return responses.map((response) => ({ ...response, lines: withoutUnsent(name, response.lines) }))
}

/** Without those that the host of an adapter never sends. */
function withoutUnsent(name: AdapterName, lines: readonly string[]): readonly string[] {
  const { without = [] } = hostOf(name) ?? {}
  return lines.filter((line) => !without.includes(line.slice(0, line.indexOf(':'))))
}

function hostOf(name: AdapterName): Adapter['host'] {
  return adapters.find((adapter) => adapter.name === name)?.host
}

function differenceOf(name: AdapterName, rule: string): Difference | undefined {
  return differences.find(({ on, cases }) => on.includes(name) && cases.includes(key(rule)))
}

/** The first of the common responses with the lines that are listed for another adapter. */
function changed(common: readonly RawResponse[], difference: Difference | undefined): readonly RawResponse[] {
  const [first, ...rest] = common
  if (first === undefined || difference === undefined) return common
  const { without = [], additional = [] } = difference
  const left = first.lines.filter((line) => !without.includes(line.slice(0, line.indexOf(':'))))
  return [{ ...first, lines: [...left, ...additional].sort() }, ...rest]
}
