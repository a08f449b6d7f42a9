import type { SignedMessage, TestIssuer } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { play, type Send } from './beside.ts'
import { issuersOf, makeScene, type Scene, type SceneOptions } from './scene.ts'

const revoke = '/aauth/revoke'
const listedServer = 'https://as.example'
const unlistedServer = 'https://ps.example'
/** Under `trust: 'any'` the access server is the only listed issuer. */
const any: SceneOptions = { trust: 'any', accessServer: listedServer }

/** A revocation of a token that was never seen. */
function revocation({ net, tell }: Scene, by: TestIssuer): Send {
  return () => tell(by, revoke, { jti: net.nextId(), exp: net.clock.now() + 80_000 })
}

/** A revocation in the name of a server, signed by another one. */
function forged({ net, send }: Scene, id: string): Send {
  const garble = ({ headers, ...message }: SignedMessage): SignedMessage => {
    const signature = `sig=:${Buffer.alloc(64, 1).toString('base64')}:`
    return {
      ...message,
      headers: headers.map(([name, value]) => [name, name === 'signature' ? signature : value]),
    }
  }
  return async () => {
    const body = JSON.stringify({ jti: net.nextId(), exp: net.clock.now() + 100 })
    const headers = { 'content-type': 'application/json' }
    const server = await net.issuer('person-server', id)
    return send(garble(await server.signServer(`${net.resource}${revoke}`, { headers, body })))
  }
}

async function honestServers(scene: Scene) {
  const listed = await scene.caller(listedServer, 'access-server')
  const unlisted = await scene.caller(unlistedServer, 'person-server')
  await Promise.all([listed.call(), unlisted.call()])
  scene.net.clock.advance(60)
  return { listed, unlisted }
}

describe('when no more revocations can be remembered', () => {
  it.each([
    ['one domain', 'of one server', 10_000, '200'],
    ['many domains', 'of all unlisted servers', 100_000, '429 rate_limited 60'],
  ] as const)(
    '(%s) %s, %d: its own get 429, those of a listed server 200, those of another server %s [REV-8, K10]',
    async (kind, _, room, told) => {
      const scene = await makeScene(any)
      const { listed, unlisted } = await honestServers(scene)
      const ids = kind === 'one domain' ? ['https://evil.example'] : issuersOf[kind](12)
      const attackers = await Promise.all(ids.map((id) => scene.caller(id, 'person-server')))
      // So that their keys are known.
      for (const { call } of attackers) await call()
      // All but the last ten are recorded directly, without signatures.
      for (let n = 0; n < room - 10; n++) {
        const iss = kind === 'one domain' ? 'https://evil.example' : `https://filler${n}.example`
        await scene.resource.revoke({ iss, jti: `${n}`, exp: scene.net.clock.now() + 80_000 })
      }
      const attack = Array.from({ length: 40 }, (_, n) =>
        revocation(scene, attackers[n % attackers.length]?.issuer as TestIssuer),
      )
      const answers = await play({
        attack,
        wave: 8,
        honest: { listed: revocation(scene, listed.issuer), call: unlisted.call },
      })
      expect(answers).toEqual({
        attack: { 200: 10, '429 rate_limited 60': 30 },
        listed: { 200: 5 },
        call: { 200: 5 },
      })
      expect(await revocation(scene, unlisted.issuer)()).toBe(told)
    },
  )
})

it('of 150 revocations by one server in one second, 100 are accepted, and those of other servers beside them [R11-252]', async () => {
  const scene = await makeScene(any)
  const { listed, unlisted } = await honestServers(scene)
  const evil = await scene.net.issuer('person-server', 'https://evil.example')
  const honest = { listed: revocation(scene, listed.issuer), unlisted: revocation(scene, unlisted.issuer) }
  expect(await play({ attack: Array(150).fill(revocation(scene, evil)), honest })).toEqual({
    attack: { 200: 100, '429 rate_limited 1': 50 },
    listed: { 200: 8 },
    unlisted: { 200: 8 },
  })
})

describe('46 forged revocations in the names of unknown servers', () => {
  it.each([
    ['one domain', 5, '200'],
    ['many domains', 10, '503 server_error 1'],
  ] as const)(
    '(%s) cause fetches from %d of them; listed and known servers are accepted, a new one gets %s [I19, X22]',
    async (kind, reached, told) => {
      const scene = await makeScene(any)
      const used = await scene.caller(unlistedServer, 'person-server')
      await used.call()
      const listed = await scene.net.issuer('access-server', listedServer)
      const attack = issuersOf[kind](46).map((id) => forged(scene, id))
      const answers = await play({
        attack,
        wave: 2,
        honest: { listed: revocation(scene, listed), unlisted: revocation(scene, used.issuer) },
      })
      expect(answers).toEqual({
        attack: { '401 invalid_signature': reached, '503 server_error 1': 46 - reached },
        listed: { 200: 23 },
        unlisted: { 200: 23 },
      })
      expect(scene.fetched.filter((url) => url.includes('evil'))).toHaveLength(2 * reached)
      const fresh = await scene.caller('https://new.example', 'person-server')
      expect(await revocation(scene, fresh.issuer)()).toBe(told)
      // Agents have a budget of their own.
      expect(await (await scene.caller('https://newer.example')).call()).toBe('200')
    },
  )
})

it('requests with keys that a listed issuer does not publish cause one fetch a minute; a key published meanwhile is found in the next minute [R11-124]', async () => {
  const scene = await makeScene(any)
  const { listed } = await honestServers(scene)
  const { agent, issuer, token, fetches, call } = listed
  const unknown: Send = async () => call({ token: await token({ header: { kid: 'nobody' } }) })
  const before = fetches()
  for (let minute = 0; minute < 3; minute++) {
    const attack = Array(20).fill(unknown)
    expect(await play({ attack, wave: 5, honest: { listed: call } })).toEqual({
      attack: { '401 unknown_key': 20 },
      listed: { 200: 4 },
    })
    if (minute < 2) scene.net.clock.advance(60)
  }
  expect(fetches() - before).toBe(6)
  await issuer.rotate()
  const rotated = await issuer.authToken(agent, { scope: 'access' })
  expect(await call({ token: rotated })).toBe('401 unknown_key')
  scene.net.clock.advance(60)
  expect(await call({ token: rotated })).toBe('200')
})
