import { AAuthError } from '../errors/aauth-error.ts'
import type { WantedTerms } from '../resource/mission-monitor.ts'
import type { Auth } from '../token/auth.ts'
import { isAgentId, providerOf } from '../token/identifiers.ts'
import type { KnownBlob } from './blobs.ts'

/**
 * Holds a verified caller to what the person agreed to, as far as a resource can judge it: until when, with which tool,
 * and for the runtimes of which agent provider. `approved_resources` is not a limit: it lists what the agent asked for
 * when the mission was proposed, and the person server decides on each later resource.
 *
 * @throws {AAuthError} `access_denied` or `class_mismatch`
 */
export function assertWithinTerms(
  known: KnownBlob | undefined,
  { mission, class: agentClass }: Auth,
  { tool, classPolicy, classWanted }: WantedTerms,
  now: number,
): void {
  if (known === undefined || mission === undefined) {
    if (tool === undefined) return
    throw denied(`the mission has no blob in which ${JSON.stringify(tool)} could be looked up`)
  }
  const { agent, approver = mission.approver, expiresAt = Number.POSITIVE_INFINITY } = known.blob
  // The same octets may have been approved by another person server (MISS-12).
  if (approver !== mission.approver) throw denied('the mission blob names another approver')
  if (now >= expiresAt) throw denied(`the mission expired at ${expiresAt}`)
  if (tool === undefined && !classWanted) return
  // Another runtime of the same provider is as good as the one that proposed the mission; its name is not compared.
  const provider = isAgentId(agent) ? providerOf(agent) : undefined
  if (agentClass !== undefined && classPolicy !== 'mission-only' && agentClass.provider !== provider)
    throw new AAuthError('class_mismatch', {
      hint: 'the mission was approved for an agent of another provider',
    })
  if (tool !== undefined && !known.tools.has(tool))
    throw denied(`${JSON.stringify(tool)} is not an approved tool of the mission`)
}

function denied(hint: string): AAuthError {
  return new AAuthError('access_denied', { hint })
}
