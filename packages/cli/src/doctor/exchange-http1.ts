import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Answer, HeaderLine } from './answer.ts'
import { mostContent } from './limits.ts'
import type { Network } from './network.ts'
import type { Probe } from './probe.ts'
import { readCapped } from './read-capped.ts'
import type { Target } from './target.ts'

/** Sends one request over HTTP/1.1 as it is: target and lines are not normalised. */
export function exchangeHttp1(
  { origin, authority, hostname, requestTarget, isLoopback }: Target,
  { lookup, port, ca, now }: Network,
  { method = 'GET', target = requestTarget, lines = [] }: Probe,
  signal: AbortSignal,
): Promise<Answer> {
  const url = new URL(origin)
  const isTls = url.protocol === 'https:'
  const sentAt = now()
  return new Promise((resolve, reject) => {
    const sent = (isTls ? tlsRequest : plainRequest)({
      hostname: hostname.replace('[', '').replace(']', ''),
      port: port ?? (url.port === '' ? (isTls ? 443 : 80) : Number(url.port)),
      method,
      path: target,
      headers: [
        ['host', authority],
        ['user-agent', 'aauth-doctor'],
        ['accept', 'application/json, */*'],
        ['accept-encoding', 'identity'],
        ...lines,
      ].flat() as unknown as Record<string, string>,
      // A connection of its own, so that each process behind a load balancer may answer.
      agent: false,
      lookup: lookup(isLoopback),
      signal,
      ...(isTls && { ALPNProtocols: ['http/1.1'], rejectUnauthorized: true, ...(ca && { ca: [...ca] }) }),
    })
    sent.on('error', reject)
    sent.on('response', (incoming) => {
      const receivedAt = now()
      readCapped(incoming, mostContent).then(
        (content) =>
          resolve({
            status: incoming.statusCode ?? 0,
            lines: linesOf(incoming),
            ...content,
            sentAt,
            receivedAt,
          }),
        reject,
      )
    })
    sent.end()
  })
}

function linesOf({ rawHeaders }: IncomingMessage): HeaderLine[] {
  const lines: HeaderLine[] = []
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines.push([(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string])
  return lines
}
