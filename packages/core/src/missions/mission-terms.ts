import { AAuthError } from '../errors/aauth-error.ts'
import type { WantedTerms } from '../resource/mission-monitor.ts'
import type { Auth } from '../token/auth.ts'
import { isAgentId, providerOf } from '../token/identifiers.ts'
import type { KnownBlob } from './blobs.ts'

/**
 * Checks that a verified caller stays within what the person agreed to, as far as a resource can judge it: the expiry,
 * the tool and the agent provider. `approved_resources` is not a limit: it lists what the agent requested when it
 * proposed the mission, and the person server decides about each later resource.
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
    throw denied(
      `the blob of the mission is unavailable, so the tool ${JSON.stringify(tool)} cannot be checked: return it from "blobs"`,
    )
  }
  const { agent, approver = mission.approver, expiresAt = Number.POSITIVE_INFINITY } = known.blob
  // Another person server may have approved the same octets (MISS-12).
  if (approver !== mission.approver) throw denied('the mission blob names another approver')
  if (now >= expiresAt) throw denied(`the mission expired at ${expiresAt}`)
  if (tool === undefined && !classWanted) return
  // Any runtime of the provider may act, not only the one that proposed the mission, so agent names are not compared.
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
