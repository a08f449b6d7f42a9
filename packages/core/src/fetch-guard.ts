import { type Answer, answer } from './answer.ts'
import { authorize, checkRequirement, contentBinding, verifyContent } from './authorize.ts'
import { AAuthError } from './errors.ts'
import type { Authorized, Requirement } from './requirement.ts'
import type { Resource } from './resource.ts'
import { answerWellKnown } from './routes/well-known.ts'
import type { TokenKind } from './token/kinds.ts'
import type { SignedRequest } from './wire/signed-request.ts'

/** A handler behind {@link fetchGuard}; further arguments of the host (`env`, `ctx`) follow. */
export type GuardedHandler<Accept extends TokenKind, Optional extends boolean, Rest extends unknown[]> = (
  request: Request,
  auth: Authorized<Accept, Optional>,
  ...rest: Rest
) => Response | Promise<Response>

const maxContent = 1_048_576

/**
 * Guards a handler of any host that maps `Request` to `Response`: Bun, Deno, Workers, `node:http` through an
 * adapter. Refusals are answered; successes get `Cache-Control: private` and `Vary` unless the handler set them.
 * The content is read only where the signature covers `content-digest`, up to 1 MiB.
 *
 * @throws {TypeError} at once when `requirement` is not well-formed
 * @example
 * ```ts
 * import { createResource, fetchGuard } from '@aauth-guard/core'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const guard = fetchGuard(resource, { accept: 'agent-token' })
 *
 * export default { fetch: guard((_request, auth) => Response.json({ hello: auth.agent })) }
 * ```
 */
export function fetchGuard<Accept extends TokenKind = 'auth-token', Optional extends boolean = false>(
  resource: Resource,
  requirement: Requirement<Accept, Optional>,
): <Rest extends unknown[]>(
  handler: GuardedHandler<Accept, Optional, Rest>,
) => (request: Request, ...rest: Rest) => Promise<Response> {
  checkRequirement(resource, requirement)
  return (handler) =>
    async (request, ...rest) => {
      const documents = await answerWellKnown(resource, request.method, targetOf(request))
      if (documents) return respond(documents)
      let auth: Authorized<Accept, Optional>
      let passed = request
      try {
        auth = await authorize(resource, signedRequest(request), requirement)
        if (auth !== undefined && contentBinding(auth) === 'unchecked') {
          const content = await readContent(request)
          await verifyContent(auth, content)
          passed = new Request(request, { body: content })
        }
      } catch (error) {
        return respond(answer(error))
      }
      return keepPrivate(await handler(passed, auth, ...rest))
    }
}

const snapshots = new WeakMap<Request, SignedRequest>()

/** A fetch host shows its own view of the wire: lines already joined, the target inside `url`. */
function signedRequest(request: Request): SignedRequest {
  const known = snapshots.get(request)
  if (known) return known
  const signed: SignedRequest = {
    method: request.method,
    target: targetOf(request),
    header(name) {
      const line = request.headers.get(name)
      return line === null ? [] : [line]
    },
    ...(request.body === null && { body: new Uint8Array() }),
  }
  snapshots.set(request, signed)
  return signed
}

/** Path and query as text: a URL parser would normalise them (architecture §11, hosts). */
function targetOf({ url }: Request): string {
  const path = url.indexOf('/', url.indexOf('://') + 3)
  if (path === -1) return '/'
  const fragment = url.indexOf('#', path)
  return url.slice(path, fragment === -1 ? undefined : fragment)
}

async function readContent(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length
    if (length > maxContent) {
      reader?.cancel().catch(() => undefined)
      throw new AAuthError('content_too_large', {
        hint: `content over ${maxContent} octets with a covered digest`,
      })
    }
    chunks.push(part.value)
  }
  const content = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    content.set(chunk, at)
    at += chunk.length
  }
  return content
}

function respond({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}

/** AAuth requests carry no Authorization, so shared caches would store what they may not (security M14). */
function keepPrivate(response: Response): Response {
  if (response.headers.has('cache-control') && response.headers.has('vary')) return response
  const kept = new Response(response.body, response)
  if (!kept.headers.has('cache-control')) kept.headers.set('cache-control', 'private')
  if (!kept.headers.has('vary')) kept.headers.set('vary', 'Signature-Key, Signature')
  return kept
}
