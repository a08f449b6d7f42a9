import { createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { type Agent, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import express, { type Express, type RequestHandler } from 'express'
import { onTestFinished, vi } from 'vitest'
import { protect } from '../../src/index.ts'

export const url = 'https://notes.example/notes'
export const reading = { scope: 'notes.read' } as const

/** What a row can send requests with. */
export interface Cast {
  readonly net: TestNetwork
  readonly agent: Agent
  /** Where the app listens. */
  readonly at: string
  /** An auth token for `notes.read`. */
  token(): Promise<string>
}

export type Build = (app: Express, resource: Resource) => void
export type Send = (cast: Cast) => Promise<unknown>

/** The app of most mistakes: one route for agents with an auth token. */
export const guarded: Build = (app, resource) =>
  void app.get('/notes', protect(resource, reading), (_req, res) => void res.end())

/** The same with a handler of its own. */
export const handling =
  (handler: RequestHandler): Build =>
  (app, resource) =>
    void app.get('/notes', protect(resource, reading), handler)

/** A signed GET with an auth token for `notes.read`. */
export const called: Send = async ({ agent, token }) => agent.fetch(url, {}, { token: await token() })

/** Everything that a developer is shown: the error at start, the hints of refusals, warnings and what handlers threw. */
export async function shown(
  options: Record<string, unknown>,
  build: Build = guarded,
  send: Send = called,
): Promise<string> {
  const texts: string[] = []
  const net = await createTestNetwork({ resource: 'https://notes.example' })
  onTestFinished(() => net.close())
  const warn = vi.spyOn(console, 'warn').mockImplementation((text) => void texts.push(String(text)))
  onTestFinished(() => warn.mockRestore())
  const app = express()
  try {
    const resource = createResource({
      issuer: net.resource,
      trust: 'any',
      scopes: { 'notes.read': 'Read your notes' },
      fetch: net.fetch,
      now: net.clock.now,
      onDecision: ({ code, hint }) => code !== undefined && texts.push(`${code}: ${hint}`),
      ...options,
    } as ResourceOptions)
    build(app, resource)
  } catch (error) {
    return String(error)
  }
  app.use((error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    texts.push(String(error))
    res.status(500).end()
  })
  const { url: at } = await net.listen(app)
  const agent = await net.agent()
  await send({ net, agent, at, token: () => agent.authToken({ scope: 'notes.read' }) })
  return texts.join('\n')
}
