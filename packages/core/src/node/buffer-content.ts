import type { IncomingMessage } from 'node:http'
import { AAuthError } from '../errors/aauth-error.ts'
import { ContentBuffer } from '../wire/content-buffer.ts'

/**
 * Reads the content of a message as it came over the wire and puts it back, so that whoever reads next finds it
 * unread: a parser, a pipe, a decompressor. Call it only for callers that are verified.
 *
 * @param limit octets
 * @returns the content, or `undefined` when somebody has read from the message before
 * @throws {AAuthError} `content_too_large`; `invalid_request` when the client went away
 */
export function bufferContent(message: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  if (wasRead(message) || message.readableFlowing) return Promise.resolve(undefined)
  if (message.destroyed) return Promise.reject(endedEarly())
  // Listening to an ended message makes it emit `end`, and a parser behind would find it no longer readable.
  if (hasEnded(message) && message.readableLength === 0) return Promise.resolve(new Uint8Array())
  return new Promise((resolve, reject) => {
    const content = new ContentBuffer()
    const settle = (conclude: () => void): void => {
      message.off('readable', take).off('end', end).off('error', fail).off('close', fail)
      conclude()
    }
    const take = (): void => {
      if (content.length === 0 && hasEnded(message) && message.readableLength === 0) {
        end()
        return
      }
      for (let chunk: Buffer | null = message.read(); chunk !== null; chunk = message.read()) {
        content.add(chunk)
        if (content.length > limit) {
          tooLarge()
          return
        }
      }
      // Between the last octet and the event `end`, which nothing can undo, there is one moment to put it all back.
      if (hasEnded(message)) end()
    }
    // What somebody began to read, Node does not let go by itself: the connection would hang.
    const tooLarge = (): void =>
      settle(() => {
        message.resume()
        reject(new AAuthError('content_too_large', { hint: `content over ${limit} octets` }))
      })
    const end = (): void =>
      settle(() => {
        const octets = Buffer.from(content.octets.buffer, 0, content.length)
        if (content.length > 0) {
          message.unshift(octets)
          putBack.set(message, content.length)
        }
        resolve(octets)
      })
    const fail = (): void => settle(() => reject(endedEarly()))
    message.on('readable', take).on('end', end).on('error', fail).on('close', fail)
  })
}

/** How many octets were put back. */
const putBack = new WeakMap<IncomingMessage, number>()

/** Whether somebody else has read from the message, or after this put the content back. */
function wasRead(message: IncomingMessage): boolean {
  return message.readableDidRead && putBack.get(message) !== message.readableLength
}

function endedEarly(): AAuthError {
  return new AAuthError('invalid_request', { hint: 'the content ended too early' })
}

/** Node has no public name for this moment: `complete` is unknown to HTTP/2, `readableEnded` comes too late. */
function hasEnded(message: IncomingMessage): boolean {
  return (message as unknown as { _readableState: { ended: boolean } })._readableState.ended
}
