import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import type { Agent } from '@aauth-guard/testing'

/** How an agent calls an MCP server: a `fetch` for the transport of a client, which signs and meets what it is asked for. */
export class SigningFetch {
  /** What the server asked for so far. */
  readonly asked: string[] = []
  readonly #agent: Agent
  readonly #via: string
  #mission: { readonly approver: string; readonly s256: string } | undefined
  #token: string | undefined

  /** @param via where the server listens */
  constructor(agent: Agent, via: string) {
    this.#agent = agent
    this.#via = via
  }

  /** Works under a mission from now on. */
  under(mission: { readonly approver: string; readonly s256: string }): void {
    this.#mission = mission
    this.#token = undefined
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = String(input)
    const headers = Object.fromEntries(new Headers(init?.headers))
    const body = init?.body === undefined || init.body === null ? {} : { body: String(init.body) }
    const request = { method: init?.method ?? 'GET', headers, ...body }
    const cover = ['mcp-method', 'mcp-name'].filter((name) => Object.hasOwn(headers, name))
    const how = { cover, digest: 'body' in request, ...(this.#mission && { mission: this.#mission }) }
    if (this.#token === undefined) return this.#ask(url, request, how)
    const message = await this.#agent.sign(url, request, {
      ...how,
      token: this.#token,
      params: { nonce: crypto.randomUUID() },
    })
    const response = await this.#send(message)
    return response.status === 401 ? this.#ask(url, request, { ...how, token: this.#token }) : response
  }

  /** Gets the tokens that the server asks for, one after the other, and keeps the last. */
  async #ask(...call: Parameters<Agent['call']>): Promise<Response> {
    const { response, token, challenges } = await this.#agent.call(...call)
    this.asked.push(...challenges)
    this.#token = token
    return response
  }

  /** The answer as a stream. */
  #send({ method, url, target, headers, body }: Awaited<ReturnType<Agent['sign']>>): Promise<Response> {
    const { hostname, port } = new URL(this.#via)
    const lines = [['host', new URL(url).host], ...headers, ['content-length', String(body?.length ?? 0)]]
    return new Promise((resolve, reject) => {
      const options = {
        hostname,
        port,
        method,
        path: target,
        headers: lines.flat() as never,
        agent: false,
      } as const
      const sent = httpRequest(options, (incoming) => {
        const answered = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ])
        const { statusCode: status = 0 } = incoming
        resolve(new Response(Readable.toWeb(incoming) as ReadableStream, { status, headers: answered }))
      })
      sent.on('error', reject).end(body)
    })
  }
}
