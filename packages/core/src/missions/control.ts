import { quoted } from '../wire/quoted.ts'
import { secondsOf } from './date-time.ts'
import type { MissionSource } from './source.ts'

/**
 * A source that queries the person server with the status operation of the published mission management draft
 * (draft-mcguinness-mission-aauth-management). A person server answers only resources that it has registered. If it does
 * not offer the operation, or does not know the resource, the status of the mission is unknown.
 *
 * @see docs/decisions.md#mission-status
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { missionControl, monitorMissions } from '@aauth-guard/core/missions'
 *
 * export const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: { agentProviders: 'any', personServers: ['https://ps.example'] },
 *   missions: monitorMissions({ source: missionControl() }),
 * })
 * ```
 */
export function missionControl(): MissionSource {
  return async ({ s256 }, { metadata, post }) => {
    const published = await metadata()
    const [url, content] = operationOf(published, s256)
    const { status, json } = await post(url, content)
    if (status !== 200 || json === undefined) throw new Error(`the person server answered ${status}`)
    const {
      mission_s256: asked,
      mission_status: state,
      termination_reason: reason,
      fresh_until: until,
    } = json
    if (asked !== s256) throw new Error('the person server answered for another mission')
    if (state === 'terminated') return { status: state, ...(typeof reason === 'string' && { reason }) }
    if (state !== 'active') throw new Error(`the person server answered with the status ${quoted(state)}`)
    const freshUntil = secondsOf(until)
    // The answer is valid only until this time, so an answer without it is invalid.
    if (freshUntil === undefined) throw new Error('"fresh_until" of the person server is not a date-time')
    return { status: state, freshUntil }
  }
}

/** The URL of the operation: the control endpoint, or the mission endpoint of older versions of the draft. */
function operationOf(metadata: Readonly<Record<string, unknown>>, s256: string): readonly [string, object] {
  const {
    mission_control_endpoint: control,
    mission_control_actions_supported: actions,
    mission_endpoint: endpoint,
    mission_management_operations_supported: operations,
  } = metadata
  if (typeof control === 'string' && Array.isArray(actions) && actions.includes('status'))
    return [`${control}/${s256}`, { action: 'status' }]
  if (typeof endpoint === 'string' && Array.isArray(operations) && operations.includes('status'))
    return [endpoint, { operation: 'status', mission_s256: s256 }]
  throw new Error('the metadata of the person server contains no endpoint for the status of missions')
}
