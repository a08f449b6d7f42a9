import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkOf, connectEnvoy, makeEnvoyScene, secret, senderOf } from '../envoy/envoy-scene.ts'
import { folderOf } from '../settings/write-configuration.ts'
import { startScene } from './gateway-process.ts'

const nonce = (): { nonce: string } => ({ nonce: crypto.randomUUID() })

test('Envoy asks a gateway in a process of its own, and a used signature stays used after a reload', async () => {
  const folder = folderOf({ secret })
  const socket = `unix:${join(folder, 'ext-authz.sock')}`
  const setting = `extAuthz: { listen: "${socket}", secret: { file: "${join(folder, 'secret')}" } }\n`
  const { agent, issuer, gateway, reload } = await startScene(undefined, (text) => text + setting)
  expect(await gateway.line(['started'])).toMatchObject({ extAuthz: socket })
  const client = connectEnvoy(socket)
  onTestFinished(() => client.close())
  const send = senderOf(client)
  const { token } = await agent.call(`${issuer}/notes/1`)
  const check = async (method = 'GET') =>
    checkOf(await agent.sign(`${issuer}/notes/1`, { method }, { token, params: nonce() }))

  const passed = await send(await check())
  expect(passed).toMatchObject({ status: 200, claims: { iss: issuer, htm: 'GET', caller: 'verified' } })
  expect(await send(await check(), [])).toMatchObject({ status: 403 })
  const used = await check('POST')
  expect((await send(used)).status).toBe(200)
  const running = Array.from({ length: 20 }, async () => (await send(await check())).status)
  expect(await reload((text) => text.replace('Read your', 'Read the'))).toBe(true)
  expect(new Set(await Promise.all(running))).toEqual(new Set([200]))
  expect((await send(used)).status).toBe(401)
  expect((await send(await check())).status).toBe(200)
  gateway.kill('SIGTERM')
  expect(await gateway.exit).toBe(0)
})

test('a check counts as a use of its resource until it is answered', async () => {
  const order: string[] = []
  const { send, sign, plan } = await makeEnvoyScene(
    undefined,
    {
      onCheck: ({ resource }) => {
        order.push(resource === plan.resource ? 'begun' : 'another resource')
        return () => order.push('ended')
      },
    },
    { onDecision: () => order.push('decided') },
  )
  expect((await send(checkOf(await sign()))).status).toBe(200)
  expect(order).toEqual(['begun', 'decided', 'ended'])
})

test('a socket that a killed gateway left behind is replaced, and one that is served is not', async () => {
  const path = join(folderOf({}), 'ext-authz.sock')
  const script = 'require("net").createServer().listen(process.argv[1], () => console.log("listens"))'
  const killed = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(killed.stdout, 'data')
  await expect(makeEnvoyScene(undefined, {}, {}, `unix:${path}`)).rejects.toThrow(/EADDRINUSE|No address/)
  killed.kill('SIGKILL')
  await once(killed, 'close')
  const { send, sign } = await makeEnvoyScene(undefined, {}, {}, `unix:${path}`)
  expect((await send(checkOf(await sign()))).status).toBe(200)
})
