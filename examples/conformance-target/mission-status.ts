import type { MissionMonitorFactory } from '@aauth-guard/core'
import { type MissionSource, monitorMissions } from '@aauth-guard/core/missions'
import { present, record, refuseUnknown } from './json-members.ts'

const members = ['source', 'activeTtlSeconds', 'maxStaleSeconds', 'onUnknown']

/** `missionStatus` as what `createResource` takes; the values are checked by `monitorMissions`. @throws {TypeError} */
export function readMissionStatus(value: unknown): MissionMonitorFactory {
  const given = record(value, '"missionStatus"')
  refuseUnknown(given, members, '"missionStatus"')
  const { source, activeTtlSeconds, maxStaleSeconds, onUnknown = 'deny' } = present(given)
  if (onUnknown !== 'deny')
    throw new TypeError('"onUnknown" must be "deny": what is unknown is never let through')
  if (
    source !== undefined &&
    (typeof source !== 'string' || !/^https?:/.test(source) || !URL.canParse(source))
  )
    throw new TypeError('"source" of "missionStatus" must be a URL, or null')
  return monitorMissions({
    ...(source !== undefined && { source: asking(source as string) }),
    ...(activeTtlSeconds !== undefined && { activeTtl: activeTtlSeconds as number }),
    ...(maxStaleSeconds !== undefined && { maxStale: maxStaleSeconds as number }),
  })
}

/** `GET {url}?approver=…&s256=…` → 200 `{ "mission_status", "termination_reason"?, "fresh_until"? }`. */
function asking(url: string): MissionSource {
  return async ({ approver, s256 }, { signal }) => {
    const asked = new URL(url)
    asked.searchParams.set('approver', approver)
    asked.searchParams.set('s256', s256)
    const response = await fetch(asked, { signal, redirect: 'error' })
    const answer = record(await response.json(), 'the answer of "source"')
    const { mission_status: status, termination_reason: reason, fresh_until: until } = answer
    if (response.status !== 200) throw new Error(`"source" answered ${response.status}`)
    // The guard does not take anything but these two words for an answer.
    return {
      status: status as 'active' | 'terminated',
      ...(typeof reason === 'string' && { reason }),
      ...(until !== undefined && { freshUntil: Date.parse(String(until)) / 1000 }),
    }
  }
}
