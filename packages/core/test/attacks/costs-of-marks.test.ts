import { describe, expect, it } from 'vitest'
import { play, type Send, sized } from './beside.ts'
import { type Caller, honestProvider, issuersOf, listedServer, makeScene, type Scene } from './scene.ts'

const replays = sized(200, 100_000)
const keys = 60

/** An unsafe request whose signature is remembered. */
function post({ net }: Scene, caller: Caller): Send {
  // As far ahead as may be, so that it is remembered for two minutes.
  return async () =>
    caller.call({
      method: 'POST',
      created: net.clock.now() + 60,
      params: { nonce: net.nextId() },
      token: await caller.token(),
    })
}

/** One issuer with many keys, or as many issuers. Their keys were fetched before. */
async function attackers(scene: Scene, kind: keyof typeof issuersOf): Promise<readonly Caller[]> {
  const callers: Caller[] = []
  const ids = kind === 'one domain' ? Array(keys).fill('https://evil.example') : issuersOf[kind](keys)
  for (const [n, id] of ids.entries()) {
    const caller = await scene.caller(id, 'agent-provider', `${n}`)
    await caller.call()
    if (n % 20 === 19) scene.net.clock.advance(1)
    callers.push(caller)
  }
  return callers
}

describe(`where ${replays} used signatures of unlisted issuers are remembered`, () => {
  it.each([
    ['one domain', replays / 2, '200'],
    ['many domains', replays, '429 rate_limited 60'],
  ] as const)(
    `unsafe requests of ${keys} keys of %s: %d are accepted; a listed issuer has its own share, an unlisted one gets %s [J06]`,
    async (kind, most, told) => {
      const scene = await makeScene({ limits: { replays } })
      const listed = await scene.caller(listedServer, 'person-server')
      const unlisted = await scene.caller(honestProvider)
      await unlisted.call()
      const each = Math.ceil((1.3 * most) / keys)
      const attack = (await attackers(scene, kind)).flatMap((caller) => Array(each).fill(post(scene, caller)))
      const answers = await play({ attack, honest: { listed: post(scene, listed), safe: unlisted.call } })
      const waves = Math.ceil(attack.length / 20)
      // Signatures of safe requests are not remembered.
      expect(answers).toMatchObject({ listed: { 200: waves }, safe: { 200: waves } })
      const { 200: accepted = 0, '429 rate_limited 60': refused = 0 } = answers.attack
      expect(accepted + refused).toBe(attack.length)
      // The shares of keys shrink as well, so a few places may be left.
      expect(accepted).toBeGreaterThan(0.99 * most - 1)
      expect(accepted).toBeLessThanOrEqual(most)
      expect(await post(scene, unlisted)()).toBe(told)
      scene.net.clock.advance(179)
      expect(await post(scene, unlisted)()).toBe(told)
      scene.net.clock.advance(1)
      expect(await post(scene, unlisted)()).toBe('200')
    },
  )

  it('the agents of one listed issuer share its places, and another listed issuer has its own [J06]', async () => {
    const limits = { replaysPerIssuer: sized(200, 10_000) }
    const other = 'https://other-ps.example'
    const scene = await makeScene({ limits, trust: { personServers: [listedServer, other] } })
    const honest = [
      await scene.caller(listedServer, 'person-server'),
      await scene.caller(other, 'person-server'),
    ] as const
    const attack: Send[] = []
    for (let n = 0; n < keys; n++) {
      const caller = await scene.caller(listedServer, 'person-server', `${n}`)
      attack.push(...Array(Math.ceil((1.2 * limits.replaysPerIssuer) / keys)).fill(post(scene, caller)))
    }
    const { attack: told, another } = await play({ attack, honest: { another: post(scene, honest[1]) } })
    expect([told['200'], another]).toEqual([limits.replaysPerIssuer, { 200: attack.length / 20 }])
    expect([await post(scene, honest[0])(), await honest[0].call()]).toEqual(['429 rate_limited 60', '200'])
  })
})
