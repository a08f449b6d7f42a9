import type { IncomingMessage, RequestListener } from 'node:http'
import { dial, type SignedMessage } from '@aauth-guard/testing'

/** A request that went by. */
export interface Passage {
  readonly message: SignedMessage
  /** Host of the server that was answering meanwhile, and so must have sent it; `undefined` for the agent. */
  readonly asker: string | undefined
  status: number | undefined
}

/**
 * Stands in front of the servers and writes down what goes by; it passes them on as they came. Documents that the
 * issuers read of each other do not go by: those they have in process.
 */
export class Window {
  /** In the order of arrival. */
  readonly passages: Passage[] = []

  /** Serves what is served at `origin`. */
  before(origin: string): RequestListener {
    return async (req, res) => {
      const message = await read(req)
      const waiting = this.passages.findLast(({ status }) => status === undefined)
      const passage: Passage = { message, asker: waiting && hostOf(waiting), status: undefined }
      this.passages.push(passage)
      const response = await dial(origin, message)
      passage.status = response.status
      res.writeHead(response.status, [...response.headers].flat())
      res.end(Buffer.from(await response.arrayBuffer()))
    }
  }
}

/** The host that a request went to. */
export function hostOf({ message }: Pick<Passage, 'message'>): string {
  return new URL(message.url).host
}

async function read(req: IncomingMessage): Promise<SignedMessage> {
  const { method = '', url: target = '', rawHeaders } = req
  const headers: [string, string][] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
    // These two `dial` writes itself.
    if (!/^(host|content-length)$/i.test(name)) headers.push([name.toLowerCase(), value])
  }
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const body = new Uint8Array(Buffer.concat(chunks))
  return { method, url: `https://${req.headers.host}${target}`, target, headers, body, base: '' }
}
