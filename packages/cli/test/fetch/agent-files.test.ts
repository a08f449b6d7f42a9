import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import type { TestKey } from '@aauth-guard/testing'
import express from 'express'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { lineOf, runFetch } from './run-fetch.ts'
import { makeFolder, makeScene, type Scene, type SceneParts } from './scene.ts'
import { tokenOf } from './stand-in.ts'
import { TestClock } from './test-clock.ts'

const notes = ({ resource }: SceneParts) =>
  express()
    .use(wellKnown(resource))
    .get('/', protect(resource), (req, res) => {
      res.json(getAuth(req, 'auth-token').thumbprint)
    })

/** A key in a file, and the token that is bound to it in another. */
async function makeFiles({ world }: Pick<Scene, 'world'>, alg: 'Ed25519' | 'ES256', hasPersonServer = true) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const secret = await exportJWK(privateKey)
  const { d: _, ...jwk } = { ...secret, alg }
  const folder = await makeFolder()
  const [key, token] = ['key.json', 'agent.jwt'].map((name) => join(folder, name)) as [string, string]
  await writeFile(key, JSON.stringify(secret), { mode: 0o600 })
  const { agentProvider } = world
  const personServer = hasPersonServer ? world.personServer : undefined
  const id = `aauth:elsewhere@${new URL(agentProvider.id).host}`
  const holder = { id, personServer, key: { jwk } as TestKey }
  await writeFile(token, `${await agentProvider.agentToken(holder)}\n`)
  return {
    key,
    token,
    thumbprint: await calculateJwkThumbprint(jwk as JWK),
    args: ['--key', key, '--agent-token', token],
  }
}

describe('an agent from files', () => {
  it.each(['Ed25519', 'ES256'] as const)('calls with its own key of %s, without a world', async (alg) => {
    const scene = await makeScene(notes)
    const { args, thumbprint } = await makeFiles(scene, alg)
    // The world does not know of the API.
    scene.world.allowApp(scene.origin)
    scene.world.personServer.policy.asks = () => false
    const ran = await scene.fetch('/', [...args, '--json'], { env: {} })
    expect([ran.code, lineOf(ran).body, ran.err]).toEqual([0, thumbprint, ''])
  })

  it('may have its own key in a world', async () => {
    const scene = await makeScene(notes)
    const { key, thumbprint } = await makeFiles(scene, 'Ed25519')
    expect(lineOf(await scene.fetch('/', ['--key', key, '--approve', '--json'])).body).toBe(thumbprint)
  })

  it.skipIf(process.platform === 'win32')('leads to a warning when others can read its key', async () => {
    const scene = await makeScene(notes)
    const { key } = await makeFiles(scene, 'Ed25519')
    await chmod(key, 0o644)
    expect((await scene.fetch('/', ['--key', key, '--approve'])).err).toContain(
      'can be read by others: chmod 600',
    )
  })

  it('is refused with 2 when its files are invalid, without showing them', async () => {
    const scene = await makeScene(notes)
    const { key, token } = await makeFiles(scene, 'Ed25519')
    const other = await makeFiles(scene, 'Ed25519')
    const folder = await makeFolder()
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text, { mode: 0o600 })
      return join(folder, name)
    }
    const claims = { iss: 'https://ap.example', cnf: { jwk: {} } }
    const cases: readonly (readonly [string, string, string])[] = [
      [join(folder, 'none'), token, 'cannot be read: ENOENT'],
      [key, join(folder, 'none'), 'cannot be read: ENOENT'],
      [await file('text', 'secret-1'), token, 'is not a private key'],
      [
        await file('public', '{"kty":"OKP","crv":"Ed25519","x":"c2VjcmV0LTE"}'),
        token,
        'is not a private key',
      ],
      [key, await file('no-jwt', 'secret-1'), 'does not hold an agent token'],
      [key, await file('no-key', await tokenOf({ iss: 'x' })), 'does not hold an agent token'],
      [key, await file('bad-key', await tokenOf(claims)), 'is bound to another key than --key'],
      [key, await file('old', await tokenOf({ ...claims, exp: 1 })), 's ago: have the agent provider issue'],
      [other.key, token, 'is bound to another key than --key'],
    ]
    for (const [keyFile, tokenFile, said] of cases) {
      const args = ['--key', keyFile, '--agent-token', tokenFile]
      const ran = await runFetch(['https://notes.example/', ...args], { clock: new TestClock() })
      expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(said)])
      expect(ran.err).not.toContain('secret-1')
    }
  })

  it('without a person server is explained when the API requires a person', async () => {
    const scene = await makeScene(notes)
    const { args } = await makeFiles(scene, 'Ed25519', false)
    const ran = await scene.fetch('/', args, { env: {} })
    expect([ran.code, ran.err]).toEqual([
      1,
      `aauth: ${scene.origin} asks for a person token, and the agent token does not name a person server`,
    ])
  })
})
