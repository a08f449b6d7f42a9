import { AAuthError, type Auth, type Caller } from '@aauth-guard/core'
import { bindContent, contentBinding } from '@aauth-guard/core/adapter'
import type { AssertionClaims } from '@aauth-guard/core/assertion'
import { bufferContent } from '@aauth-guard/core/node'
import { refusal } from '../decide/refusal.ts'
import type { Route } from '../routes/route.ts'
import { authOf, callerKey } from './caller-key.ts'
import type { Exchange } from './exchange.ts'
import { hasContent } from './framing.ts'
import type { ProxyState } from './proxy-state.ts'
import { StreamedDigest } from './streamed-digest.ts'
import { RefusedError } from './upstream-fault.ts'

/** What the upstream is told about the content, and what compares it while it streams. */
export interface CheckedContent {
  readonly content: AssertionClaims['content']
  readonly digest?: string
  readonly streamed?: StreamedDigest
}

/**
 * Compares the content with a covered digest before the upstream is dialled, unless the route says otherwise.
 *
 * @throws {AAuthError} `invalid_signature`, `content_too_large`, or what changed while the content arrived
 * @throws {RefusedError} if too much content is held already
 */
export async function checkContent(
  state: ProxyState,
  exchange: Exchange,
  route: Route,
  caller: Caller | undefined,
): Promise<CheckedContent> {
  const auth = authOf(caller)
  const binding = auth === undefined ? 'uncovered' : contentBinding(auth)
  if (auth === undefined || binding === 'uncovered')
    return { content: hasContent(exchange.framing) ? 'unsigned' : 'none' }
  if (binding === 'checked') return { content: 'verified' }
  if (route.digest === 'upstream') return { content: 'upstream', digest: coveredDigest(exchange) }
  if (route.digest === 'stream')
    return { content: 'unverified', streamed: new StreamedDigest(auth, coveredDigest(exchange)) }
  await compareWhole(state, exchange, route, auth)
  return { content: 'verified' }
}

async function compareWhole(
  { held }: ProxyState,
  exchange: Exchange,
  { maxContent }: Route,
  auth: Auth,
): Promise<void> {
  const { framing, message, plan } = exchange
  const total = plan.limits.heldContent
  const most = framing.kind === 'length' ? Math.min(framing.length, maxContent) : maxContent
  const release = held.take(callerKey(auth), { total, each: Math.max(total / 4, maxContent) }, most)
  if (release === undefined)
    throw new RefusedError(
      refusal('too_many_requests', `content of ${held.inUse} octets is held already`, { 'retry-after': '5' }),
    )
  exchange.whenEnded(release)
  await bindContent(auth, async () => {
    if (framing.kind === 'length' && framing.length > maxContent)
      throw new AAuthError('content_too_large', { hint: `content over ${maxContent} octets` })
    exchange.askForContent()
    return bufferContent(message, maxContent)
  })
}

/** As it was signed, with its lines joined as the signature joins them. */
function coveredDigest({ message }: Exchange): string {
  const values: string[] = []
  const { rawHeaders } = message
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if ((rawHeaders[i] as string).toLowerCase() === 'content-digest') values.push(rawHeaders[i + 1] as string)
  return values.join(', ')
}
