import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EvaluationRequest } from '@aauth-guard/core/authzen'
import { onTestFinished } from 'vitest'

/** One call that a policy server received. */
export interface Asked {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Header lines and content as text. */
  readonly everything: string
  readonly evaluation: EvaluationRequest
}

export type Answering = (asked: Asked, response: ServerResponse) => unknown

/** A policy server on loopback that answers as the test sets. */
export interface PolicyDouble {
  /** Address of its endpoint. */
  readonly pdp: string
  readonly asked: Asked[]
  answers(answering: Answering): void
  /** Resolves once it has been asked so many times in total. */
  reached(count: number): Promise<void>
}

/** Sends a value as JSON, with status 200 and the identifier of the call. */
export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): Answering {
  return (asked, response) => {
    const id = asked.headers['x-request-id']
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(id !== undefined && { 'x-request-id': id }),
      ...headers,
    })
    response.end(typeof value === 'string' ? value : JSON.stringify(value))
  }
}

export const allows = json({ decision: true })
export const denies = json({ decision: false })

/** Answers with a status and a text. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answering {
  return (_, response) => response.writeHead(code, headers).end('no')
}

export async function startPolicyDouble(first: Answering = allows): Promise<PolicyDouble> {
  const asked: Asked[] = []
  let answering = first
  const waiting = new Set<() => void>()
  // A server that closes idle connections may close one just as it is used again.
  const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    // A connection that the caller gave up.
    response.on('error', () => undefined)
    let content = ''
    try {
      for await (const part of request.setEncoding('utf8')) content += part
    } catch {
      return
    }
    const { method, url: path, headers, rawHeaders } = request
    const one = { method, path, headers, everything: `${rawHeaders.join('\n')}\n${content}` }
    const call = { ...one, evaluation: JSON.parse(content) as EvaluationRequest }
    asked.push(call)
    for (const look of waiting) look()
    await answering(call, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    pdp: `http://127.0.0.1:${(server.address() as AddressInfo).port}/access/v1/evaluation`,
    asked,
    answers(next) {
      answering = next
    },
    reached: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (asked.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}
