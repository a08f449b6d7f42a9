import { stat } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { authorize, createResource, isAAuthError, type Trust } from '@aauth-guard/core'
import { createTestNetwork, type TestNetwork, toSignedRequest } from '@aauth-guard/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { createGuardedFetch } from '../../src/platform/egress.ts'
import { selfSigned } from '../platform/certificate.ts'
import { startNameServer } from '../platform/name-server.ts'

/** Issuers over TLS and their name server, both on loopback: names below `silent.test` are never answered. */
const names = await startNameServer((name) => (name.endsWith('silent.test') ? 'silent' : ['127.0.0.1']))
const certificates = new Map(['ps.example', 'new.example'].map((host) => [host, selfSigned(host)]))
let net: TestNetwork
const server = createServer(certificates.get('ps.example') ?? {}, async (request, response) => {
  const found = await net.fetch(`https://${request.headers.host}${request.url}`)
  response.writeHead(found.status, [...found.headers].flat()).end(await found.text())
})
for (const [host, certificate] of certificates) server.addContext(host, certificate)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => Promise.all([names.close(), new Promise((resolve) => server.close(resolve))]))

const anyKind = { accept: ['agent-token', 'person-token'] } as const

/** A resource on the real egress, and callers whose requests are sent at once. */
async function makeScene(trust: Trust) {
  net = await createTestNetwork({ seed: 'costs' })
  const agent = await net.agent()
  const resource = createResource({
    issuer: net.resource,
    trust,
    now: net.clock.now,
    limits: { fetchDeadline: 10_000 },
    fetch: createGuardedFetch({
      nameServers: [names.address],
      // No look-up gives up on its own: however slow the machine, the attackers still wait.
      timeout: 600_000,
      isAllowed: (address) => address === '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      ca: [...certificates.values()].map(({ cert }) => cert),
    }),
  })
  const call = async (token: string): Promise<string> => {
    const request = toSignedRequest(await agent.sign(`${net.resource}/notes`, {}, { token }))
    return authorize(resource, request, anyKind).then(
      () => 'accepted',
      (error: unknown) => (isAAuthError(error) ? `${error.status}` : String(error)),
    )
  }
  /** Sends requests that name issuers whose name servers are silent. */
  const attack = async (hosts: readonly string[]) => {
    const state = { pending: hosts.length, over: Promise.resolve() as Promise<unknown> }
    const tokens = await Promise.all(
      hosts.map((host) =>
        agent.agentToken({ claims: { iss: `https://${host}`, sub: `aauth:planner@${host}` } }),
      ),
    )
    state.over = Promise.all(tokens.map((token) => call(token).finally(() => state.pending--)))
    return state
  }
  const honest = async (id = 'https://ps.example') => {
    const issuer = id === 'https://ps.example' ? net.personServer : await net.issuer('person-server', id)
    return call(await issuer.personToken(agent))
  }
  return { resource, attack, honest }
}

const asked = (): number => new Set(names.asked.map(({ name }) => name)).size
const one = Array.from({ length: 60 }, (_, n) => `h${n}.silent.test`)
const many = Array.from({ length: 60 }, (_, n) => `h.d${n}-silent.test`)

describe('sixty requests that name issuers whose name servers never answer', () => {
  it.each([
    ['of one domain', one, 8],
    ['of as many domains', many, 16],
  ])('%s: an issuer that trust lists is fetched beside them [I19, I31]', async (_, hosts, places) => {
    const { resource, attack, honest } = await makeScene({
      agentProviders: 'any',
      personServers: ['https://ps.example'],
    })
    const before = asked()
    const attackers = await attack(hosts)
    expect(await honest()).toBe('accepted')
    // What shares the pool of threads is not held up: the attackers still wait when this is done.
    await stat('.')
    expect(attackers.pending).toBe(places)
    expect(asked() - before).toBeLessThanOrEqual(places + 1)
    resource.close()
    await attackers.over
  })

  it('of one domain: an issuer nobody has heard of is fetched beside them [I19, I31]', async () => {
    const { resource, attack, honest } = await makeScene('any')
    const attackers = await attack(one)
    expect([await honest(), await honest('https://new.example')]).toEqual(['accepted', 'accepted'])
    expect(attackers.pending).toBe(8)
    resource.close()
    await attackers.over
  })

  it('of as many domains: an issuer in use is served, one nobody has heard of gets 503 [I19, I31]', async () => {
    const { resource, attack, honest } = await makeScene('any')
    await honest()
    const attackers = await attack(many)
    expect([await honest(), await honest('https://new.example')]).toEqual(['accepted', '503'])
    resource.close()
    await attackers.over
  })
})
