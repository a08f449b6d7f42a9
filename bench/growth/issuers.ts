import type { KeySource } from '../../packages/core/src/keys/issuer-record.ts'
import { type Arrival, arrivalOf, decide, makeScene, second } from './scene.ts'
import type { Subject } from './subject.ts'

/** The largest value of `limits.unlistedIssuers`. */
const cap = 10_000
/** Issuers that requests come from, spread over the fill. */
const calling = [...new Set(Array.from({ length: 42 }, (_, i) => (i === 0 ? 0 : Math.round(1.25 ** i))))]

const idOf = (index: number): string => `https://ps.host-${index}.example`

/**
 * The issuers whose keys are kept: those that `trust` lists, or others. Half of the others have been in use for five
 * minutes, since no more than half of the records are for issuers on probation.
 */
export async function issuers(listed: boolean): Promise<Subject> {
  const { net, agent, make } = await makeScene()
  const { key } = net.personServer
  const jwks = JSON.stringify({ keys: [{ ...key.jwk, kid: key.kid, use: 'sig' }] })
  const headers = { 'content-type': 'application/json', 'cache-control': 'max-age=3600' }
  const documents = async (url: unknown): Promise<Response> => {
    const { origin, pathname } = new URL(String(url))
    const metadata = { issuer: origin, jwks_uri: `${origin}/jwks.json`, token_endpoint: `${origin}/token` }
    return new Response(pathname === '/jwks.json' ? jwks : JSON.stringify(metadata), { headers })
  }
  const requests: Arrival[] = []
  for (const index of calling) {
    const iss = idOf(index)
    const token = await agent.authToken({ scope: 'access', claims: { iss, ps: iss } })
    requests.push(arrivalOf(await agent.sign(`${net.resource}/notes/${index}`, {}, { token })))
  }
  const keySourceOf = (index: number): KeySource => ({
    iss: idOf(index),
    dwk: 'aauth-person.json',
    named: listed,
  })
  return {
    name: listed ? 'known issuers, listed in trust' : 'known issuers, not listed',
    how: 'their documents are fetched from a function, by the interface of the keys; the clock advances so that the budget of fetches lasts',
    max: cap - 1000,
    resource(size) {
      let now = second - 1000
      const limits = { unlistedIssuers: listed ? 250 : cap }
      // Most of those that call are at the end of the list, where a search arrives last.
      const personServers = Array.from({ length: size }, (_, index) => idOf(index)).reverse()
      const { resource, state } = make({
        replay: 'off',
        limits,
        fetch: documents as typeof fetch,
        now: () => Math.floor(now),
        ...(listed && { trust: { personServers } }),
      })
      const callers = calling.filter((index) => index < size).length
      return {
        prepare(index) {
          now += 0.06
          if (!listed && index === cap / 2 - 1) {
            now += 301
            for (let i = 0; i < index; i++) state.keys.has(keySourceOf(i), key.kid)
          }
          return () => state.keys.key(keySourceOf(index), key.kid)
        },
        filled() {
          now = second
        },
        request: (index) => decide(resource, requests[index % callers] as Arrival),
        lookUp: (index) => state.keys.has(keySourceOf(calling[index % callers] as number), key.kid),
      }
    },
  }
}
