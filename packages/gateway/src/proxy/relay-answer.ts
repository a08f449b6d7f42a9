import type { IncomingMessage } from 'node:http'
import { answeredLines } from '../headers/index.ts'
import type { Exchange } from './exchange.ts'
import { framingOf } from './framing.ts'
import { UpstreamFault } from './upstream-fault.ts'

/** How an answer is relayed. */
export interface AnswerOptions {
  /** What keeps shared caches from storing it. */
  readonly privateFields: readonly (readonly [name: string, value: string])[]
  /** A CORS preflight, whose handler did not learn who calls. */
  readonly dropsContent: boolean
  readonly onOctets: () => void
}

/**
 * Sends an upstream's answer to the agent as fast as that takes it. Trailers are dropped, framing is ours.
 *
 * @returns resolves when the agent was sent all of it
 * @throws {UpstreamFault} if the answer is malformed or ends too early (the promise rejects); its head may have been sent
 */
export async function relayAnswer(
  exchange: Exchange,
  answer: IncomingMessage,
  { privateFields, dropsContent, onOctets }: AnswerOptions,
): Promise<void> {
  const { response, method } = exchange
  const status = answer.statusCode ?? 0
  const framing = framingOf(answer.rawHeaders, '1.1')
  if (framing === undefined) throw malformed('its answer has more than one framing')
  if (status < 200 || status > 599) throw malformed(`its answer has the status ${status}`)
  const isBodiless = status === 204 || status === 205 || dropsContent
  const lines = withoutLength(answeredLines(answer.rawHeaders, privateFields), dropsContent)
  if (framing.kind === 'length' && !isBodiless) lines.push('content-length', String(framing.length))
  try {
    response.writeHead(status, lines)
  } catch (error) {
    throw malformed(String(error))
  }
  await new Promise<void>((resolve, reject) => {
    const resume = (): void => {
      onOctets()
      answer.resume()
    }
    answer.on('data', (chunk: Buffer) => {
      onOctets()
      if (!dropsContent && !response.write(chunk)) answer.pause()
    })
    response.on('drain', resume)
    answer.on('end', () => {
      if (!answer.complete) return
      response.end(resolve)
    })
    const fail = (): void => reject(malformed('its answer ended too early'))
    answer.on('error', fail).on('close', () => answer.complete || fail())
    exchange.whenEnded(() => {
      response.off('drain', resume)
      resolve()
    })
    // The first octets of content usually come at once, and go out with the head.
    setImmediate(() => {
      if (!response.writableEnded && !response.destroyed && method !== 'HEAD') response.flushHeaders()
    })
  })
}

function withoutLength(lines: readonly string[], dropsContent: boolean): string[] {
  const others: string[] = []
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase()
    if (name === 'content-length' || (dropsContent && name === 'content-type')) continue
    others.push(lines[i] as string, lines[i + 1] as string)
  }
  return others
}

function malformed(hint: string): UpstreamFault {
  return new UpstreamFault('upstream_unavailable', hint)
}
