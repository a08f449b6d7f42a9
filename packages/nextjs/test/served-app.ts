import { type Agent, createTestNetwork, dial, type SignOptions, type TestNetwork } from '@aauth-guard/testing'
import { type BuiltApp, buildApp } from './next-app.ts'

/** The application of `app/`, built and started, and an agent that calls it. */
export interface ServedApp {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly url: string
  readonly output: string
  call(path: string, call?: Call): Promise<Answered>
  close(): Promise<void>
}

interface Call extends Partial<SignOptions> {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The target on the wire; default the path that is signed. */
  readonly target?: string
  /** Lines beside those that were signed. */
  readonly lines?: readonly (readonly [name: string, value: string])[]
}

interface Answered {
  readonly status: number
  readonly headers: Headers
  /** The code of the refusal, or what the handler tells as JSON. */
  readonly told: unknown
}

export async function serveApp(
  env: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): Promise<ServedApp> {
  const net = await createTestNetwork()
  const { origins } = await net.serveIssuers()
  const issuers = { ISSUERS: JSON.stringify(origins) }
  const agent = await net.agent()
  let app: BuiltApp
  try {
    app = await buildApp(`${import.meta.dirname}/app`, { env: { ...env, ...issuers }, without })
  } catch (error) {
    await net.close()
    throw error
  }
  const url = await app.start()
  // Whether the first requests are seen as they were received depends on what Next.js loads first.
  await fetch(`${url}${env.BASE_PATH ?? ''}/aauth/jwks.json`)
  return {
    net,
    agent,
    url,
    output: app.output,
    async call(path, { method = 'GET', headers = {}, body, target = path, lines = [], ...how } = {}) {
      const token = how.token ?? (await agent.authToken({ scope: 'notes.read notes.write' }))
      const request = { method, headers, ...(body === undefined ? {} : { body }) }
      const message = await agent.sign(`https://notes.example${path}`, request, { ...how, token })
      return read(await dial(url, { ...message, target, headers: [...message.headers, ...lines] }))
    },
    async close() {
      await app.remove()
      await net.close()
    },
  }
}

export async function read(response: Response): Promise<Answered> {
  const { status, headers } = response
  const text = await response.text()
  const isJson = /^application\/(?:problem\+)?json/.test(headers.get('content-type') ?? '')
  const told = isJson ? JSON.parse(text) : text
  return { status, headers, told: status >= 400 && isJson ? told.error : told }
}
