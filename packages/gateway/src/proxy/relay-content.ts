import type { ClientRequest } from 'node:http'
import { refusal } from '../decide/refusal.ts'
import type { Exchange } from './exchange.ts'
import type { StreamedDigest } from './streamed-digest.ts'
import { RefusedError } from './upstream-fault.ts'

/** Content on its way to an upstream. */
export interface Upload {
  /** Whether the upstream was sent all of it. */
  readonly isComplete: boolean
  /** Whether the upstream is what the content waits for. */
  readonly isBlocked: boolean
  /** Sends nothing more. With a digest that is compared the content is still read to its end. */
  stop(): void
}

/** How content is relayed. */
export interface RelayOptions {
  /** Octets. */
  readonly maxContent: number
  /** Compares the content while it streams; holds back its last octet. */
  readonly digest?: StreamedDigest | undefined
  readonly onOctets: () => void
  readonly onComplete: () => void
  readonly onFailure: (error: unknown) => void
}

/** Sends the content of a request to its upstream as fast as that takes it. Trailers are dropped. */
export function relayContent(
  { message, framing }: Exchange,
  request: ClientRequest,
  { maxContent, digest, onOctets, onComplete, onFailure }: RelayOptions,
): Upload {
  let isComplete = false
  let isStopped = false
  let octets = 0
  const complete = (last?: Buffer): void => {
    if (isStopped) return
    isComplete = true
    onComplete()
    request.end(last)
  }
  const write = (chunk: Buffer): void => {
    if (!isStopped && !request.write(chunk)) message.pause()
  }
  const stop = (): void => {
    if (isStopped) return
    isStopped = true
    request.off('drain', resume)
    if (digest === undefined) message.off('data', take).off('end', end)
    message.resume()
  }
  const resume = (): void => {
    onOctets()
    message.resume()
  }
  const take = (chunk: Buffer): void => {
    octets += chunk.length
    onOctets()
    if (octets > maxContent) {
      stop()
      onFailure(new RefusedError(refusal('content_too_large', `content over ${maxContent} octets`)))
      return
    }
    const ready = digest === undefined ? chunk : digest.add(chunk)
    if (ready.length > 0) write(ready)
  }
  const end = (): void => {
    if (digest === undefined) complete()
    else digest.compare().then(complete, onFailure)
  }
  if (framing.kind === 'none') complete()
  else {
    message.on('data', take).on('end', end)
    request.on('drain', resume)
  }
  return {
    get isComplete() {
      return isComplete
    },
    get isBlocked() {
      return request.writableNeedDrain
    },
    stop,
  }
}
