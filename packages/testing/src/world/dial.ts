import type { IncomingMessage } from 'node:http'
import type { SignedMessage } from '../signing/sign.ts'

/**
 * Sends a message over a real socket to a loopback server, byte for byte: the target is not normalised, repeated
 * headers stay repeated, and `Host` names the authority that was signed.
 */
export async function dial(
  origin: string,
  { method, url, target, headers, body }: SignedMessage,
): Promise<Response> {
  const { request } = await import('node:http')
  const { hostname, port } = new URL(origin)
  const host = /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? ''
  return new Promise((resolve, reject) => {
    const lines = [['host', host], ...headers, ['content-length', String(body?.length ?? 0)]]
    const sent = request({
      hostname,
      port,
      method,
      path: target,
      headers: lines.flat() as unknown as Record<string, string>,
      agent: false,
    })
    sent.on('error', reject)
    sent.on('response', (incoming) => resolve(read(url, incoming)))
    sent.end(body)
  })
}

async function read(url: string, incoming: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return responseOf(url, incoming, Buffer.concat(chunks))
}

/** A response with every header line that came, and with `body` where its status may have one. */
export function responseOf(
  url: string,
  { statusCode: status = 0, rawHeaders }: IncomingMessage,
  body: Uint8Array<ArrayBuffer> | ReadableStream,
): Response {
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string)
  }
  return answeredAt(url, new Response(status === 204 || status === 304 ? null : body, { status, headers }))
}

/** The response with the URL that was asked, which one made by hand lacks. */
export function answeredAt(url: string, response: Response): Response {
  return Object.defineProperty(response, 'url', { value: url, configurable: true })
}
