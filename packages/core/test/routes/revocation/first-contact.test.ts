import { makeRevocationWorld, type RevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import type { SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const revocation = { jti: 'x', exp: now + 100 }

/** Requests to the revocation endpoint in the names of existing servers, signed with keys that are not theirs. */
async function forge(world: RevocationWorld, ids: readonly string[]): Promise<unknown[]> {
  const outcomes: unknown[] = []
  for (const id of ids) {
    const by = await world.net.issuer('person-server', id)
    outcomes.push(told(await world.post(revocation, { by, onTheWay: garble })))
  }
  return outcomes
}

function garble(message: SignedMessage): SignedMessage {
  const signature = `sig=:${Buffer.alloc(64, 1).toString('base64')}:`
  return {
    ...message,
    headers: message.headers.map(([name, value]) => [name, name === 'signature' ? signature : value]),
  }
}

const ids = Array.from({ length: 46 }, (_, n) => `https://n${n}.example`)

describe('because callers of the revocation endpoint cannot prove possession before a fetch,', () => {
  it('at most 10 unknown servers are fetched for it at once [I19, X22]', async () => {
    const world = await makeRevocationWorld()
    const outcomes = await forge(world, ids)
    expect(outcomes.slice(0, 10)).toEqual(Array(10).fill([401, 'invalid_signature', undefined]))
    expect(outcomes.slice(10)).toEqual(Array(36).fill([503, 'server_error', undefined]))
    expect(world.net.fetches.length).toBe(20)
  })

  it('after that 5 a second are fetched [I19]', async () => {
    const world = await makeRevocationWorld()
    await forge(world, ids.slice(0, 20))
    world.net.clock.advance(1)
    await forge(world, ids.slice(20))
    expect(world.net.fetches.length).toBe(30)
  })

  it('agents of unknown issuers are still served [I19]', async () => {
    const world = await makeRevocationWorld()
    await forge(world, ids)
    const verdicts: string[] = []
    for (const id of ids.slice(30)) {
      const server = await world.net.issuer('person-server', id)
      verdicts.push(await world.verdict(await server.personToken(world.agent)))
    }
    expect(new Set(verdicts)).toEqual(new Set(['accepted']))
  })

  it('servers known from agents are accepted, whatever was forged [I19]', async () => {
    const world = await makeRevocationWorld()
    await world.verdict(await world.agent.personToken())
    await forge(world, ids)
    expect((await world.post(revocation)).status).toBe(200)
  })

  it('listed servers are fetched, whatever was forged [I19]', async () => {
    const trust = { personServers: ['https://ps.example', ...ids] }
    const world = await makeRevocationWorld({ trust })
    await forge(world, ids)
    expect((await world.post(revocation)).status).toBe(200)
  })
})
