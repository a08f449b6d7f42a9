import { readFileSync, writeFileSync } from 'node:fs'
import { freePort } from '@aauth-guard/fixtures/free-port'
import { noPostgres, startPostgres } from '@aauth-guard/fixtures/postgres-server'
import { noRedis, startRedis } from '@aauth-guard/fixtures/redis-server'
import { startProxy } from '@aauth-guard/fixtures/tcp-proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { GatewayProcess, startScene } from './gateway-process.ts'

const nonce = (): { nonce: string } => ({ nonce: crypto.randomUUID() })

/** Two gateways of one issuer that share a store. */
async function startTwo(kind: string, url: string, secondUrl = url) {
  const env = { STORE_URL: url }
  const setting = `stores: { ${kind}: { url: { env: STORE_URL } } }\n`
  const scene = await startScene(
    (request, response) => {
      response.write('begun ')
      if (request.url !== '/notes/stream') response.end()
    },
    (text) => text + setting,
    env,
  )
  const { world, file, admin, gateway } = scene
  expect((await fetch(`${admin}/readyz`)).status).toBe(503)
  const AAUTH_DEV = world.at.url
  expect(await new GatewayProcess(['prepare', file], { ...env, AAUTH_DEV }).exit).toBe(0)
  const port = await freePort()
  const text = readFileSync(file, 'utf8')
    .replace(/listen: .*/, `listen: 127.0.0.1:${port}`)
    .replace(/admin: .*/, `admin: 127.0.0.1:${await freePort()}`)
  writeFileSync(`${file}.2.yaml`, text)
  const second = new GatewayProcess([`${file}.2.yaml`, '--json'], { STORE_URL: secondUrl, AAUTH_DEV })
  const { admin: secondAdmin } = await second.line(['started'])
  for (const at of [admin, String(secondAdmin)])
    while ((await fetch(`${at}/readyz`)).status !== 200) await new Promise((done) => setTimeout(done, 20))
  return { ...scene, gateway, other: `http://127.0.0.1:${port}` }
}

describe.each([
  ['redis', noRedis, startRedis],
  ['postgres', noPostgres, startPostgres],
] as const)('two gateways with "stores.%s"', (kind, missing, start) => {
  test.skipIf(missing !== undefined)(
    `share what was used, revoked and terminated, and streams of both end ${missing ?? ''}`,
    async () => {
      const server = await start()
      onTestFinished(() => server.close())
      const { world, agent, issuer, other } = await startTwo(kind, server.url)
      const { token } = await agent.call(`${issuer}/notes/1`)
      const { s256 } = await world.personServer.missions.begin(agent, { description: 'Sort' }, 'Ada')
      const mission = { approver: world.at.personServer, s256 }
      const { token: under } = await agent.call(`${issuer}/notes/1`, {}, { mission })
      const { token: revoked } = await agent.call(`${issuer}/notes/1`)
      const send = async (origin: string, target: string, given: string, method = 'GET') => {
        const signed = await agent.sign(issuer + target, { method }, { token: given, params: nonce() })
        const again = (at: string) =>
          fetch(at + target, {
            method,
            headers: [...signed.headers, ['host', new URL(issuer).host]] as never,
          })
        return { answer: await again(origin), again }
      }
      const used = await send(issuer, '/notes/2', token, 'POST')
      expect([used.answer.status, (await used.again(other)).status]).toEqual([200, 401])

      const jti = JSON.parse(Buffer.from(revoked.split('.')[1] ?? '', 'base64url').toString()).jti as string
      expect((await world.personServer.revoke(issuer, { jti })).status).toBe(200)
      const late = (await send(other, '/notes/3', revoked)).answer
      expect([late.status, await late.text()]).toEqual([401, expect.stringContaining('revoked')])

      const { answer: stream } = await send(other, '/notes/stream', under)
      const reader = stream.body?.getReader()
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('begun ')
      // A request is watched once it has taken a while.
      await new Promise((done) => setTimeout(done, 60))
      const ended = (async () => {
        while ((await reader?.read())?.done === false);
      })().catch(() => undefined)
      expect((await world.personServer.missions.announce(s256, { to: issuer })).status).toBe(200)
      const announcedAt = performance.now()
      await ended
      console.log(
        `${kind}: a stream of another gateway ended ${Math.round(performance.now() - announcedAt)} ms later`,
      )
      const refused = (await send(other, '/notes/4', under)).answer
      expect([refused.status, await refused.text()]).toEqual([
        403,
        expect.stringContaining('mission_terminated'),
      ])
    },
  )

  test.skipIf(missing !== undefined)(
    `end a stream although the subscription to the store has died without a sign ${missing ?? ''}`,
    async () => {
      const server = await start()
      onTestFinished(() => server.close())
      const proxy = await startProxy(server.port)
      onTestFinished(() => proxy.close())
      const secondUrl = server.url.replace(String(server.port), String(proxy.port))
      const { world, agent, issuer, other } = await startTwo(kind, server.url, secondUrl)
      const { s256 } = await world.personServer.missions.begin(agent, { description: 'Sort' }, 'Ada')
      const mission = { approver: world.at.personServer, s256 }
      const { token } = await agent.call(`${issuer}/notes/1`, {}, { mission })
      const signed = await agent.sign(`${issuer}/notes/stream`, {}, { token, params: nonce() })
      const headers = [...signed.headers, ['host', new URL(issuer).host]] as never
      const reader = (await fetch(`${other}/notes/stream`, { headers })).body?.getReader()
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('begun ')
      await new Promise((done) => setTimeout(done, 60))
      proxy.deaden()
      expect((await world.personServer.missions.announce(s256, { to: issuer })).status).toBe(200)
      const announcedAt = performance.now()
      await (async () => {
        while ((await reader?.read())?.done === false);
      })().catch(() => undefined)
      const took = Math.round(performance.now() - announcedAt)
      console.log(`${kind}: a stream ended ${took} ms later, without a subscription`)
    },
  )
})
