import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '@aauth-guard/core/env'
import { createTestNetwork } from '@aauth-guard/testing'
import { Callers } from './callers.ts'
import { Fleet } from './fleet.ts'

/** Seconds between the deployments. */
export interface Waits {
  /**
   * From the last process that publishes the next key to the first that signs with it. Verifiers keep the published keys
   * for 600 s: that is the `max-age` with which core serves them. A cache of yours in front of them adds its own time.
   */
  readonly published: number
  /**
   * From the last process that signs with the next key to the first that no longer publishes the previous one. Resource
   * tokens live for 300 s.
   */
  readonly kept: number
}

export const enough: Waits = { published: 600, kept: 300 }

/** What came of the calls during a rotation. */
export interface Rotation {
  readonly succeeded: number
  readonly refused: readonly string[]
  /** The published keys by `kid`, after each deployment; the one that signs is the first. */
  readonly published: readonly (readonly string[])[]
}

/**
 * Rotates the signing key of an API with two processes, while agents call it. Each step is a deployment with other
 * variables and nothing else.
 */
export async function rotate(waits: Waits): Promise<Rotation> {
  const net = await createTestNetwork({
    resource: 'https://notes.example',
    now: Math.floor(Date.now() / 1000),
  })
  const folder = await mkdtemp(join(tmpdir(), 'rotation-'))
  try {
    const [current, next] = [
      await keygen(join(folder, 'current.json')),
      await keygen(join(folder, 'next.json')),
    ]
    const always = { AAUTH_ISSUER: net.resource, AAUTH_TRUST: net.personServer.id }
    const deployments: readonly Environment[] = [
      // 1. Publish the next key ahead of its use. Of a private key only its public half is published.
      { ...always, AAUTH_SIGNING_KEY_FILE: current, AAUTH_PREVIOUS_KEYS_FILE: next },
      // 2. Switch: the next key signs, and the previous one is published until its last resource token has expired.
      { ...always, AAUTH_SIGNING_KEY_FILE: next, AAUTH_PREVIOUS_KEYS_FILE: current },
      // 3. Retire the previous key. Its file can be deleted.
      { ...always, AAUTH_SIGNING_KEY_FILE: next },
    ]
    const fleet = new Fleet(
      2,
      { ...always, AAUTH_SIGNING_KEY_FILE: current },
      { fetch: net.fetch, now: net.clock.now },
    )
    await net.listen(fleet.listener)
    const callers = new Callers(net, await net.agent())
    await callers.call()
    const published: (readonly string[])[] = [await kidsOf(net)]
    for (const [at, env] of deployments.entries()) {
      await fleet.deploy(env, () => callers.call())
      published.push(await kidsOf(net))
      await callers.pass([waits.published, waits.kept, 600][at] as number)
    }
    return { succeeded: callers.succeeded, refused: callers.refused, published }
  } finally {
    await net.close()
    await rm(folder, { recursive: true })
  }
}

/** `npx @aauth-guard/cli keygen --out FILE` @returns the path */
async function keygen(path: string): Promise<string> {
  const cli = resolve(import.meta.dirname, '../../packages/cli/src/main.ts')
  await promisify(execFile)(process.execPath, [cli, 'keygen', '--out', path])
  return path
}

async function kidsOf({
  fetch,
  resource,
}: {
  fetch: typeof globalThis.fetch
  resource: string
}): Promise<string[]> {
  const jwks = (await (await fetch(`${resource}/aauth/jwks.json`)).json()) as { keys: { kid: string }[] }
  return jwks.keys.map(({ kid }) => kid)
}
