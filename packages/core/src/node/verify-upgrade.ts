import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { authorize } from '../authorize/authorize.ts'
import { bindContent } from '../authorize/content.ts'
import { asAuth } from '../authorize/read-identity.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import { answer } from '../errors/answer.ts'
import type { AlternativeCredential } from '../resource/alternative-credential.ts'
import type { Authorized, Caller, Requirement } from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'
import { removeMissionHeader } from './remove-mission-header.ts'
import { signedRequest } from './signed-request.ts'

/**
 * Decides an `upgrade` or `connect` request. Both events bypass the middleware of every Node framework, so a
 * server that listens for them asks here before it answers.
 *
 * @returns who is calling
 * @throws {AAuthError} as `authorize`; give it to {@link refuseUpgrade}
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createResource } from '@aauth-guard/core'
 * import { refuseUpgrade, verifyUpgrade } from '@aauth-guard/core/node'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * createServer().on('upgrade', async (req, socket) => {
 *   try {
 *     const { scopes } = await verifyUpgrade(resource, req)
 *     socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: greeting\r\nConnection: Upgrade\r\n\r\nhello, you may use ${scopes}`)
 *   } catch (error) {
 *     await refuseUpgrade(socket, error)
 *   }
 * })
 * ```
 */
export async function verifyUpgrade<
  Accept extends TokenKind = 'auth-token',
  Optional extends boolean = false,
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
>(
  resource: Resource,
  message: IncomingMessage,
  requirement?: Requirement<Accept, Optional, Person, Alternative>,
): Promise<Authorized<Accept, Optional, Person, Alternative>> {
  // Node has stopped listening to the socket, and an error that nobody hears would end the process.
  message.socket.on('error', () => undefined)
  const authorized = await authorize(resource, signedRequest(message), requirement, { content: 'later' })
  const auth = asAuth(authorized as Caller | undefined)
  if (auth !== undefined) await bindContent(auth, readNothing)
  removeMissionHeader(message)
  return authorized
}

/** Content of an upgrade reaches the server as the first octets of the other protocol. */
async function readNothing(): Promise<never> {
  throw new AAuthError('invalid_request', {
    hint: 'the signature covers "content-digest" of an upgrade request with content, which cannot be compared',
  })
}

/** Milliseconds that a client has to read its answer and close its side. */
const linger = 1000

/**
 * Answers an upgrade that was refused and closes the connection: at once when the client has closed its side, and
 * after one second in any case, so that nobody can keep refused connections open.
 *
 * @returns resolves when the answer was handed to the socket; never rejects
 */
export async function refuseUpgrade(socket: Duplex, error: unknown): Promise<void> {
  // A client that has gone away is not an error.
  socket.on('error', () => undefined)
  const { status, headers, body } = await answer(error)
  const all = {
    ...headers,
    'content-length': String(new TextEncoder().encode(body).length),
    connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const timer = setTimeout(() => socket.destroy(), linger)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
  // Nobody reads what the client still sends. Unread octets would turn the close into a reset, which loses the answer.
  socket.resume()
  socket.end(
    [`HTTP/1.1 ${status} Refused`, `date: ${new Date().toUTCString()}`, ...lines, '', body].join('\r\n'),
  )
}
