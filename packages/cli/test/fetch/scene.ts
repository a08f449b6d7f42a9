import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { devOptions } from '@aauth-guard/core/dev'
import { listen } from '@aauth-guard/testing'
import { onTestFinished, vi } from 'vitest'
import { writeControlFile } from '../../src/dev/control-file.ts'
import type { World } from '../../src/dev/world.ts'
import { secret, serveDevWorld } from '../dev/served-world.ts'
import { type Ran, type RunOptions, runFetch } from './run-fetch.ts'
import { TestClock } from './test-clock.ts'

/** A development world with one app in it. */
export interface Scene {
  readonly world: World
  readonly clock: TestClock
  /** Of the app, which is also its identifier. */
  readonly origin: string
  /** Requests to the app, as `METHOD TARGET`. */
  readonly requests: string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Runs `aauth fetch` with the path in place of the URL. */
  fetch(path: string, args?: readonly string[], options?: Partial<RunOptions>): Promise<Ran>
}

/** What an app of a scene can use. */
export interface SceneParts {
  readonly resource: Resource
  readonly origin: string
  readonly world: World
  readonly clock: TestClock
}

/**
 * Serves a development world, and the app that `build` makes, until the test is over.
 * @param accessServer whether the access server decides for the app
 */
export async function makeScene(
  build: (parts: SceneParts) => RequestListener,
  options: Partial<ResourceOptions> = {},
  accessServer = false,
): Promise<Scene> {
  vi.spyOn(console, 'warn').mockReturnValue()
  const clock = new TestClock()
  const { world, env } = await startWorld(clock)
  const requests: string[] = []
  let app: RequestListener = () => undefined
  const { port } = new URL(
    await serve((req, res) => {
      requests.push(`${req.method} ${req.url}`)
      app(req, res)
    }),
  )
  const origin = `http://localhost:${port}`
  const resource = createResource({
    issuer: origin,
    trust: 'any',
    scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
    defaultScope: 'notes.read',
    now: world.net.clock.now,
    ...devOptions({ env: { AAUTH_DEV: world.at.url }, accessServer }),
    ...options,
  })
  app = build({ resource, origin, world, clock })
  return {
    ...{ world, clock, origin, requests, env },
    fetch: (path, args = [], how = {}) => runFetch([`${origin}${path}`, ...args], { clock, env, ...how }),
  }
}

/** Serves a listener on loopback until the test is over. @returns `http://127.0.0.1:PORT` */
export async function serve(listener: RequestListener): Promise<string> {
  const server = await listen(listener)
  onTestFinished(() => server.close())
  return server.url
}

/** An empty folder that only this user can read, until the test is over. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aauth-fetch-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function startWorld(clock: TestClock): Promise<Pick<Scene, 'world' | 'env'>> {
  const world = await serveDevWorld()
  clock.onChange((milliseconds) => world.net.clock.set(Math.floor(milliseconds / 1000)))
  const env = { XDG_RUNTIME_DIR: await makeFolder() }
  await writeControlFile(env, { url: world.at.url, secret })
  return { world, env }
}
