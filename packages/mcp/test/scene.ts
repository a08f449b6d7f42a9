import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import type { DecisionEvent, ResourceOptions } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { McpOptions } from '@aauth-guard/mcp'
import type { Agent, SignedMessage } from '@aauth-guard/testing'
import { onTestFinished } from 'vitest'
import { Calls, type Host } from './servers/hosts.ts'
import { scopes, tables } from './servers/tables.ts'

const target = '/mcp'

/** How one request is sent. */
export interface Sent {
  readonly token: string
  readonly agent?: Agent
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A message, or the octets of one. */
  readonly body?: unknown
  /** Components beside those that an agent covers by itself. */
  readonly cover?: readonly string[]
  /** Default: whether there is a body. */
  readonly digest?: boolean
  /** Parameters of the signature. */
  readonly params?: Readonly<Record<string, string>>
  readonly onTheWay?: (message: SignedMessage) => SignedMessage
}

export interface Scene extends World {
  readonly calls: Calls
  readonly events: DecisionEvent[]
  readonly url: string
  /** Signs a request as an agent of MCP does, and sends it over a socket. */
  send(sent: Sent): Promise<Response>
  /** A `fetch` that signs, for a client. */
  fetchWith(
    token: string | (() => Promise<string>),
    agent?: Agent,
    params?: () => Record<string, string>,
  ): typeof fetch
}

/** Serves a protected host until the test is over. */
export async function protect(
  host: Host,
  options: McpOptions = {},
  resourceOptions: Partial<ResourceOptions> = {},
): Promise<Scene> {
  const events: DecisionEvent[] = []
  const world = await makeWorld({
    scopes,
    onDecision: (event) => void events.push(event),
    ...resourceOptions,
  })
  const calls = new Calls(world.resource)
  const { url } = await world.net.listen(host.listener(calls, world.resource, { ...tables, ...options }))
  onTestFinished(async () => {
    calls.release()
    world.resource.close()
    await world.net.close()
  })
  const send: Scene['send'] = async (sent) => {
    const message = await signed(world, sent)
    return streamingDial(url, sent.onTheWay?.(message) ?? message)
  }
  const fetchWith: Scene['fetchWith'] =
    (token, agent = world.agent, params = () => ({})) =>
    async (_input, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      const method = init?.method ?? 'GET'
      const body = init?.body === undefined || init.body === null ? {} : { body: String(init.body) }
      const given = typeof token === 'string' ? token : await token()
      const message = await signed(world, { token: given, agent, method, headers, params: params(), ...body })
      return streamingDial(url, message, init?.signal ?? undefined)
    }
  return { ...world, calls, events, url, send, fetchWith }
}

/** The headers that every POST of a client has. */
export const post = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
} as const

async function signed({ net, agent: usual }: World, sent: Sent): Promise<SignedMessage> {
  const { token, agent = usual, headers = post, cover = [], params = {} } = sent
  const body =
    sent.body === undefined || typeof sent.body === 'string' || sent.body instanceof Uint8Array
      ? (sent.body as string | Uint8Array<ArrayBuffer> | undefined)
      : JSON.stringify(sent.body)
  const { method = body === undefined ? 'GET' : 'POST', digest = body !== undefined } = sent
  const named = ['mcp-method', 'mcp-name'].filter((name) => Object.hasOwn(headers, name))
  const request = { method, headers, ...(body !== undefined && { body }) }
  return agent.sign(`${net.resource}${target}`, request, {
    token,
    digest,
    params,
    cover: [...named, ...cover],
  })
}

/** Sends a message over a real socket; the body of the answer is a stream. */
export function streamingDial(
  origin: string,
  { method, url, target: path, headers, body }: SignedMessage,
  signal?: AbortSignal,
): Promise<Response> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const lines = [['host', new URL(url).host], ...headers, ['content-length', String(body?.length ?? 0)]]
    const sent = httpRequest({
      hostname,
      port,
      method,
      path,
      headers: lines.flat() as unknown as Record<string, string>,
      agent: false,
      ...(signal && { signal }),
    })
    sent.on('error', reject)
    sent.on('response', (incoming) => {
      incoming.on('error', () => undefined)
      const { statusCode: status = 0, rawHeaders } = incoming
      const answered = new Headers()
      for (let i = 0; i + 1 < rawHeaders.length; i += 2)
        answered.append(rawHeaders[i] as string, rawHeaders[i + 1] as string)
      const stream = status === 204 ? null : (Readable.toWeb(incoming) as ReadableStream)
      resolve(new Response(stream, { status, headers: answered }))
    })
    sent.end(body)
  })
}

let ids = 0

/** A message that calls a method. */
export function call(method: string, params: object = {}, members: object = {}): Record<string, unknown> {
  ids++
  return { jsonrpc: '2.0', id: ids, method, params, ...members }
}

/** The same for revision 2026-07-28, with the headers that it must have. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
): { readonly body: Record<string, unknown>; readonly headers: Record<string, string> } {
  const name = params.name ?? params.uri ?? params.taskId
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  }
  const headers = {
    ...post,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof name === 'string' && { 'mcp-name': name }),
  }
  return { body: call(method, { ...params, _meta }), headers }
}

/** A message of a server, as far as these tests look at it. */
export interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: {
    readonly content?: readonly { readonly text: string }[]
    readonly contents?: readonly { readonly uri: string }[]
    readonly isError?: boolean
    readonly tools?: readonly { readonly name: string }[]
    readonly prompts?: readonly { readonly name: string }[]
    readonly resources?: readonly { readonly uri: string }[]
    readonly resourceTemplates?: readonly { readonly uriTemplate: string }[]
    readonly tasks?: readonly { readonly taskId: string }[]
    readonly task?: { readonly taskId: string }
    readonly requestState?: string
    readonly cacheScope?: string
  }
  readonly error?: {
    readonly code: number
    readonly message: string
    readonly data?: Readonly<Record<string, unknown>>
  }
}

/** The status of an answer, and the code of a refusal or of a JSON-RPC error. */
export async function verdictOf(response: Response): Promise<[status: number, code: unknown]> {
  const body = JSON.parse(await response.text()) as { error?: unknown }
  const code = typeof body.error === 'object' ? (body.error as { code?: unknown }).code : body.error
  return [response.status, code]
}

/** Everything in an answer: a JSON message, or the messages of an event stream. */
export async function messagesOf(response: Response): Promise<Message[]> {
  const text = await response.text()
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return text === '' ? [] : [JSON.parse(text)]
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line.length > 6)
    .map((line) => JSON.parse(line.slice(6)))
}

/** Reads an event stream event by event. */
export class Events {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #rest = ''

  constructor({ body }: Response) {
    this.#reader = (body as ReadableStream<Uint8Array>).getReader()
  }

  /** Goes away. */
  cancel(): Promise<void> {
    return this.#reader.cancel()
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<{ readonly id?: string; readonly message?: Message } | undefined> {
    while (!this.#rest.includes('\n\n')) {
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#rest += this.#decoder.decode(value, { stream: true })
    }
    const [block = '', ...rest] = this.#rest.split('\n\n')
    this.#rest = rest.join('\n\n')
    const field = (name: string): string | undefined =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2)
    const [id, data] = [field('id'), field('data')]
    return { ...(id !== undefined && { id }), ...(data && { message: JSON.parse(data) }) }
  }
}
