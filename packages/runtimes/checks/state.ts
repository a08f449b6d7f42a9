import { authorize } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { type Check, check, equal } from './check.ts'

/** What a resource remembers: signatures, withdrawn tokens, verified tokens, keys. */
export const state: readonly Check[] = [
  check('accepts a signature of an unsafe method once, even when copies arrive concurrently', async () => {
    const world = await makeWorld({ replay: 'unsafe' })
    const message = await signed(world, { method: 'POST' })
    const copies = await Promise.allSettled(
      Array.from({ length: 8 }, () => authorize(world.resource, toSignedRequest(message))),
    )
    equal(copies.filter(({ status }) => status === 'fulfilled').length, 1)
  }),
  check('accepts a signature of a safe method again by default', async () => {
    const outcomes: number[] = []
    for (const replay of ['unsafe', 'all'] as const) {
      const world = await makeWorld({ replay })
      const message = await signed(world, {})
      const calls = [1, 2].map(() => authorize(world.resource, toSignedRequest(message)))
      outcomes.push((await Promise.allSettled(calls)).filter(({ status }) => status === 'fulfilled').length)
    }
    equal(outcomes, [2, 1])
  }),
  check('refuses a token from the moment it is revoked', async () => {
    const { net, agent, resource, call, refusal } = await makeWorld()
    const token = await agent.authToken({ claims: { jti: 'soon withdrawn' } })
    await call(token)
    resource.revoke({ iss: net.personServer.id, jti: 'soon withdrawn', exp: net.clock.now() + 3600 })
    equal((await refusal(token)).code, 'revoked_jwt')
  }),
  check('refuses a known token from the second in which it expires', async () => {
    const { net, agent, call, refusal } = await makeWorld()
    const token = await agent.authToken({ lifetime: 30 })
    await call(token)
    net.clock.advance(30)
    equal((await refusal(token)).code, 'expired_jwt')
  }),
  check('fetches keys once for many concurrent requests', async () => {
    const { net, agent, call } = await makeWorld()
    const token = await agent.authToken()
    const calls = await Promise.all(Array.from({ length: 50 }, () => call(token)))
    equal([new Set(calls.map(({ jti }) => jti)).size, net.fetches.length], [1, 2])
  }),
  check('fetches nothing for a known token', async () => {
    const { net, agent, call } = await makeWorld()
    const token = await agent.authToken()
    await call(token)
    net.personServer.misbehave('unreachable')
    for (let round = 0; round < 5; round++) await call(token)
    equal(net.fetches.length, 2)
  }),
  check('accepts the new key of an issuer and drops the withdrawn one', async () => {
    const { net, agent, call, refusal } = await makeWorld()
    const before = await agent.authToken()
    await call(before)
    await net.personServer.rotate({ withdraw: true })
    net.clock.advance(60)
    const after = await agent.authToken()
    equal([(await call(after)).type, (await refusal(before)).code], ['auth-token', 'unknown_key'])
  }),
  check('accepts a key that changed under its kid', async () => {
    const { net, agent, call } = await makeWorld()
    await call(await agent.authToken())
    await net.personServer.rekey()
    net.clock.advance(60)
    equal((await call(await agent.authToken())).type, 'auth-token')
  }),
  check('keeps using the keys of an issuer that is down', async () => {
    const { net, agent, call } = await makeWorld()
    await call(await agent.authToken())
    net.personServer.misbehave('server-error')
    net.clock.advance(1200)
    equal((await call(await agent.authToken())).type, 'auth-token')
  }),
  check('stops waiting for an issuer that does not answer', async () => {
    const { net, agent, refusal } = await makeWorld({ limits: { fetchDeadline: 50 } })
    net.personServer.misbehave('hang')
    const { code, headers } = await refusal(await agent.authToken())
    equal([code, headers['retry-after']], ['server_error', '5'])
  }),
  check('reads no more of an endless document than its limit', async () => {
    const { net, agent, refusal } = await makeWorld()
    net.personServer.misbehave('endless')
    equal((await refusal(await agent.authToken())).code, 'invalid_jwt')
  }),
  check('fetches nothing after it was closed', async () => {
    const { net, agent, resource, refusal } = await makeWorld()
    resource.close()
    equal([(await refusal(await agent.authToken())).code, net.fetches.length], ['server_error', 0])
  }),
]

async function signed({ net, agent }: World, request: { method?: string }) {
  return agent.sign(`${net.resource}/notes`, request, { token: await agent.authToken() })
}
