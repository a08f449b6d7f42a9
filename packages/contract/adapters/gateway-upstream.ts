import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { Auth, Caller, Resource } from '@aauth-guard/core'
import { createAssertionKeys, verifyAssertion } from '@aauth-guard/core/assertion'
import { now } from '@aauth-guard/fixtures/world'
import { callerText, corsFields, formFields, heardText, plainText, sentText, streamText } from '../api.ts'
import { besideText, told, toolsText } from '../beside.ts'

/** The API behind a gateway: it answers what the handlers of the other adapters answer. @param keys of assertions */
export function upstreamListener(resource: Resource, keys: string): RequestListener {
  const options = {
    keys: createAssertionKeys({
      url: 'https://notes.example/aauth/assertion-keys.json',
      fetch: async () => new Response(keys, { headers: { 'content-type': 'application/json' } }),
      now: () => now,
    }),
    issuer: resource.issuer,
    audience: 'contract',
    now: () => now,
  }
  return (request, response) => {
    verifyAssertion(request, options)
      .then(({ auth }) => replyTo(resource, request, auth ?? undefined))
      .catch((error: Error) => ({ status: 500, text: error.message }))
      .then((reply) => send(response, reply))
  }
}

interface Reply {
  readonly status?: number
  readonly text: string
  readonly fields?: Readonly<Record<string, string>>
}

async function replyTo(
  resource: Resource,
  request: IncomingMessage,
  caller: Caller | undefined,
): Promise<Reply> {
  const { method = '', url = '' } = request
  const path = url.split('?', 1)[0] ?? ''
  const auth = caller as Auth | undefined
  const [, root, ...rest] = path.split('/')
  if (root === 'cors') return { ...replyOfCors(method, path, auth), fields: corsFields }
  if (root === 'body' || path === '/late' || path === '/consumed' || (path === '/notes' && method === 'POST'))
    return { text: await contentText(request, path, auth) }
  const isRead = method === 'GET' || method === 'HEAD'
  if (anyMethod.includes(path)) return { text: callerText(auth) }
  if (toldPaths.includes(path)) return { text: besideText(caller) }
  if (path === '/beside/tools') return { text: toolsText(resource, caller, noIdentity) }
  if (!isRead) return nothing
  if (path === '/failing') throw new Error('the handler failed')
  if (path === '/identity') return { text: JSON.stringify(auth) }
  if (path === '/admin') return { text: 'the admin area' }
  if (path === '/heard') return { text: heardText(auth, request.headers['aauth-mission'] as string) }
  if (callerPaths.includes(path)) return { text: callerText(auth) }
  if (root === 'notes' && rest.length === 1) return { text: readsText(auth, rest[0]) }
  if (root === 'accounts' && rest.length === 1) return { text: callerText(auth) }
  if ((root === 'api' || root === 'v2') && rest[0] === 'items') return { text: readsText(auth, rest[1]) }
  return nothing
}

const nothing: Reply = { status: 404, text: 'nothing here' }
const anyMethod: readonly string[] = ['/whoami', '/open', '/once', '/twice']
const toldPaths: readonly string[] = [...told, '/beside/twice', '/beside/runs']
const callerPaths: readonly string[] = [
  '/agents',
  '/people',
  '/notes',
  '/query',
  '/mission',
  '/class',
  '/runs',
  '/passed-on',
  ...['/api/x', '/api/deep/x', '/v2/x', '/v2/deep/x', '/mounted/x'],
]

function noIdentity(): never {
  throw new TypeError('what is asserted is not what a guard returned')
}

function readsText(auth: Auth | undefined, parameter = ''): string {
  let decoded = parameter
  try {
    decoded = decodeURIComponent(parameter)
  } catch {
    // It stays as it was sent.
  }
  return `${callerText(auth)} reads ${decoded}`
}

function replyOfCors(method: string, path: string, auth: Auth | undefined): Reply {
  if (path === '/cors/x') return method === 'OPTIONS' ? { status: 204, text: '' } : { text: callerText(auth) }
  return path === '/cors/leaky' ? { text: 'the notes of somebody' } : nothing
}

async function contentText(request: IncomingMessage, path: string, auth: Auth | undefined): Promise<string> {
  if (path === '/body/stream') return streamText(auth, request)
  if (path === '/body/unread' || path === '/consumed') return callerText(auth)
  const sent = await new Response(Readable.toWeb(request) as ReadableStream).arrayBuffer()
  const isCompressed = request.headers['content-encoding'] === 'gzip'
  const content = isCompressed ? gunzipSync(sent) : Buffer.from(sent)
  if (path === '/body/text') return sentText(auth, content.toString())
  if (path === '/body/form')
    return sentText(auth, Object.fromEntries(new URLSearchParams(content.toString())))
  if (path !== '/body/multipart') return sentText(auth, JSON.parse(content.toString()))
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  return sentText(auth, formFields(await new Response(content, { headers }).formData()))
}

function send(response: ServerResponse, { status = 200, text, fields }: Reply): void {
  const described = { 'content-type': plainText, 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, { ...fields, ...(status !== 204 && described) })
  response.end(text)
}
