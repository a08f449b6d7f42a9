import { createTestNetwork, dial, type SignedMessage, type TestNetwork } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Issuers, serveIssuers } from '../../../packages/runtimes/issuers.ts'
import { decided } from './decided.ts'
import { type Installed, install, obstacle, type Serving, serve } from './workerd.ts'

const notes = 'https://notes.example/notes'
const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

let net: TestNetwork
let issuers: Issuers
let installed: Installed
let serving: Serving
beforeAll(async () => {
  if (obstacle !== undefined) return
  net = await createTestNetwork()
  issuers = await serveIssuers(net.fetch)
  installed = await install('../worker.ts')
  serving = await serve(installed, issuers.url)
})
afterAll(async () => {
  await serving?.stop()
  await issuers?.close()
  installed?.remove()
})

async function restart(): Promise<void> {
  await serving.stop()
  serving = await serve(installed, issuers.url)
}

/** A signed request to add a note, which can be sent to any of the workers. */
async function addition(): Promise<SignedMessage> {
  const agent = await net.agent()
  return agent.sign(notes, { method: 'POST', body: 'milk' }, { token: await tokenOf({}), digest: true })
}

async function read(origin: string, token: string): Promise<[status: number, error: string | undefined]> {
  const agent = await net.agent()
  const response = await decided(async () => dial(origin, await agent.sign(notes, {}, { token })))
  const { error } = (await response.json()) as { error?: string }
  return [response.status, error]
}

async function tokenOf(grant: { mission?: string; claims?: Record<string, unknown> }): Promise<string> {
  return (await net.agent()).authToken({ scope: 'notes.read notes.write', ...grant })
}

describe.skipIf(obstacle !== undefined)('two workers that share Durable Objects', () => {
  it('a token that was revoked at one of them is refused at the other, and after a restart', async () => {
    const token = await tokenOf({ claims: { jti: 'revoked at one' } })
    expect(await read(serving.two, token)).toEqual([200, undefined])
    const revocation = { jti: 'revoked at one', exp: net.clock.now() + 3600 }
    const { status } = await decided(() =>
      net.personServer.revoke(net.resource, revocation, { via: serving.one }),
    )
    expect(status).toBe(200)
    expect(await read(serving.two, token)).toEqual([401, 'revoked_jwt'])
    await restart()
    expect(await read(serving.two, token)).toEqual([401, 'revoked_jwt'])
  })

  it('a mission that was terminated at one of them is refused at the other, and after a restart', async () => {
    const token = await tokenOf({ mission: s256 })
    expect(await read(serving.two, token)).toEqual([200, undefined])
    const { status } = await decided(() => net.personServer.missions.announce(s256, { via: serving.one }))
    expect(status).toBe(200)
    expect(await read(serving.two, token)).toEqual([403, 'mission_terminated'])
    await restart()
    expect(await read(serving.two, await tokenOf({ mission: s256 }))).toEqual([403, 'mission_terminated'])
  })

  it('a signature that was used at one of them is refused at the other, and after a restart', async () => {
    let message = await addition()
    const { status } = await decided(async () => {
      message = await addition()
      return dial(serving.one, message)
    })
    expect(status).toBe(201)
    const again = await decided(() => dial(serving.two, message))
    expect([again.status, again.headers.get('signature-error')]).toEqual([401, 'error=invalid_signature'])
    await restart()
    expect((await decided(() => dial(serving.one, message))).status).toBe(401)
  })

  it('a signature that is sent to both many times at once is accepted once', async () => {
    const message = await addition()
    const copies = Array.from({ length: 20 }, (_, index) =>
      dial(index % 2 ? serving.one : serving.two, message),
    )
    const statuses = (await Promise.all(copies)).map(({ status }) => status)
    expect(statuses.filter((status) => ![201, 401, 503].includes(status))).toEqual([])
    // The object may have taken the signature whose request it answered too late.
    const accepted = statuses.filter((status) => status === 201).length
    expect(accepted).toBe(statuses.includes(503) ? Math.min(accepted, 1) : 1)
  })
})
