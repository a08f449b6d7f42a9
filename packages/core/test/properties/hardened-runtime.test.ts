import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const source = `
const { authorize, createResource } = await import('@aauth-guard/core')
const { createTestNetwork, toSignedRequest } = await import('@aauth-guard/testing')
// ipaddr.js assigns to a toString of its own while it is loaded, which a frozen prototype would not let it.
Object.freeze(Object.prototype)
Object.freeze(Array.prototype)
const net = await createTestNetwork({ now: 1790000000, seed: 'hardened' })
const agent = await net.agent()
const resource = createResource({ issuer: net.resource, trust: 'any', fetch: net.fetch, now: net.clock.now })
const decide = async (token, how) => {
  const message = await agent.sign(net.resource + '/notes', {}, { token, ...how })
  return authorize(resource, toSignedRequest(message)).then(({ type }) => type, ({ code }) => code)
}
const token = await agent.authToken({ scope: 'access' })
console.log(JSON.stringify([
  '__proto__' in {},
  await decide(token),
  await decide(await agent.authToken({ generation: 'mission-header', scope: 'access' })),
  await decide(token, { mistake: 'wrong-key' }),
]))
`

it('frozen prototypes and a runtime without __proto__ change no decision [Q02]', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-proto=delete', '--input-type=module', '--eval', source],
    { cwd: resolve(import.meta.dirname, '../..') },
  )
  expect(JSON.parse(stdout)).toEqual([false, 'auth-token', 'auth-token', 'invalid_signature'])
})
