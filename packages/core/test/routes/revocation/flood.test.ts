import type { ResourceOptions } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { makeRevocationWorld, type RevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { type TestIssuer, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { revocationsWith } from '../../stores/revocations-with.ts'

const exp = now + 1000

async function revokeMany(world: RevocationWorld, count: number, by?: TestIssuer): Promise<number[]> {
  const statuses: number[] = []
  for (let i = 0; i < count; i++) {
    const { status } = await world.post({ jti: `token-${i}`, exp }, by ? { by } : {})
    statuses.push(status)
  }
  return statuses
}

describe('many revocations', () => {
  it('are refused with 429 and Retry-After over a hundred at once [REV-8, R11-252, K10]', async () => {
    const world = await makeRevocationWorld()
    expect(new Set(await revokeMany(world, 100))).toEqual(new Set([200]))
    const answer = await world.post({ jti: 'one-more', exp })
    expect([...(told(answer) as unknown[]), answer.headers['retry-after']]).toEqual([
      429,
      'rate_limited',
      undefined,
      '1',
    ])
  })

  it('are accepted again over time, ten a second [REV-8, R11-252]', async () => {
    const world = await makeRevocationWorld()
    await revokeMany(world, 101)
    world.net.clock.advance(1)
    const statuses = await revokeMany(world, 11)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429])
  })

  it('of one issuer do not use up the rate of others [R11-252]', async () => {
    const world = await makeRevocationWorld()
    const other = await world.net.issuer('person-server', 'https://unlisted.example')
    await revokeMany(world, 101, other)
    expect((await world.post({ jti: 'x', exp })).status).toBe(200)
  })

  it('on behalf of another issuer count for the sender [REV-8]', async () => {
    const accessServer = 'https://as.example'
    const options: Partial<ResourceOptions> = {
      accessServer,
      revocationDelegates: { [accessServer]: ['https://ps.example'] },
    }
    const world = await makeRevocationWorld(options)
    for (let i = 0; i < 101; i++) await world.post({ iss: accessServer, jti: `token-${i}` })
    const own = await world.post({ jti: 'x', exp }, { by: world.net.accessServer })
    expect(own.status).toBe(200)
  })

  it('are refused with 429 and Retry-After when the store is full [REV-8, R11-252, K10]', async () => {
    const revocations = revocationsWith({ add: () => 'full' })
    const world = await makeRevocationWorld({ stores: { revocations } })
    const answer = await world.post({ jti: 'x', exp })
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '60'])
  })

  it('of expired tokens take no places', async () => {
    const world = await makeRevocationWorld()
    for (let i = 0; i < 101; i++) await world.post({ jti: `token-${i}`, exp: now - 61 })
    expect((await world.post({ jti: 'x', exp })).status).toBe(200)
  })

  it('of more than 4 KiB are refused with 413 when the host reads up to the given limit [K14]', async () => {
    const world = await makeRevocationWorld()
    const limits: number[] = []
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ jti: 'x', exp })
    const message = await world.net.personServer.signServer(
      'https://notes.example/aauth/revoke',
      { headers, body },
      {},
    )
    const request = toSignedRequest(message)
    await answerRoutes(world.resource, request, async (limit) => {
      limits.push(limit)
      return request.body ?? new Uint8Array()
    })
    expect(limits).toEqual([4096])
  })
})
