import { noProxy, type ProxyKind } from '@aauth-guard/fixtures/proxy-server'
import { now } from '@aauth-guard/fixtures/world'
import { createTestNetwork, type Generation, type TestNetwork } from '@aauth-guard/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { serveByForwardAuth } from '../adapters/forward.ts'
import { suites } from '../cases/index.ts'
import { exchange, type RawResponse } from '../exchange.ts'
import { outcomeOf } from '../outcome.ts'
import { keyOf, proxyDifferences, proxyOutcomes } from '../proxy-differences.ts'
import { octetsOfAll } from '../sender.ts'
import { makeResource } from '../world.ts'

beforeEach(() => {
  vi.spyOn(crypto, 'randomUUID').mockReturnValue('00000000-0000-4000-8000-000000000000')
})

describe.each<ProxyKind>(['nginx', 'caddy'])('the same requests through %s', (kind) => {
  describe.skipIf(noProxy[kind] !== undefined).each(suites)(
    `$about ${noProxy[kind] ?? ''}`,
    ({ options, cases }) => {
      describe.each<Generation>(['person-token', 'mission-header'])('of the %s generation', (generation) => {
        let net: TestNetwork
        let served: { readonly url: string; close(): Promise<void> }
        beforeAll(async () => {
          net = await createTestNetwork({ now, seed: 'contract' })
          served = await serveByForwardAuth(kind, makeResource(net, options))
        })
        afterAll(async () => {
          await served?.close()
          await net?.close()
        })

        const run = cases
          .filter(([, , , only]) => only === undefined || only === generation)
          .map(([rule, sent, outcome]) => [rule, sent, outcome] as const)
        it.each(run)('%s', async (rule, sent, outcome) => {
          const requests = await octetsOfAll(await net.agent(), sent, generation)
          const came = await exchange(served.url, requests).then(
            (responses) => outcomeOf(responses.map(ofProxy)),
            () => 'closed',
          )
          expect(proxyOutcomes(kind, rule, outcome)).toContain(came)
        })
      })
    },
  )
})

describe('a listed difference', () => {
  const outcomes = new Map(
    suites.flatMap(({ cases }) => cases.map(([rule, , outcome]) => [keyOf(rule), outcome])),
  )
  const rows = proxyDifferences.flatMap((difference) =>
    difference.cases.map((rule) => ({ ...difference, rule })),
  )

  it('is about a case that exists, and about each once on a proxy', () => {
    const named = rows.flatMap(({ on, rule }) => on.map((kind) => `${kind}: ${rule}`))
    expect([new Set(named).size, rows.filter(({ rule }) => !outcomes.has(rule))]).toEqual([named.length, []])
  })

  it('is a refusal, or says that it is none', () => {
    const served = rows.filter(({ rule, outcome, orElse = '', accepts }) => {
      const refusedElsewhere = !/^(?:200|404)/.test(outcomes.get(rule) ?? '')
      return [outcome, orElse].some((one) => one.startsWith('200')) && refusedElsewhere && accepts !== true
    })
    expect(served).toEqual([])
  })
})

/** What nginx or Caddy answers by itself has no text that matters. */
function ofProxy(response: RawResponse): RawResponse {
  const { status, lines, body } = response
  const isOwn =
    status >= 300 &&
    !lines.some((line) =>
      /^(?:content-type: (?:application\/problem|text\/plain; charset=utf-8$)|cache-control|vary)/.test(line),
    )
  return isOwn || /^\d{3} [A-Z]|^<html>/.test(body) ? { ...response, body: 'by the proxy' } : response
}
