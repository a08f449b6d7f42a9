import type { TestIssuer } from '../issuer/issuer.ts'
import { dateTime, notFound, type TestMission } from '../issuer/missions.ts'
import { type Status, statusMisbehaviours } from '../issuer/status-misbehaviour.ts'
import { answerEndpoint, EndpointError, granted, readJsonObject } from '../world/endpoint-answer.ts'
import type { World } from '../world/world.ts'
import { verifyServerCaller } from './server-caller.ts'

/**
 * Tells a registered resource whether a mission lives, as the management draft beside AAuth has it: `POST
 * {mission_control_endpoint}/{s256}` with an `action`, or in its older form `POST {mission_endpoint}` with an
 * `operation`. A mission that is unknown is answered like a caller that is (404).
 */
export function answerMissionControl(net: World, issuer: TestIssuer, request: Request): Promise<Response> {
  return answerEndpoint(async () => {
    const { missions } = issuer
    const content = new Uint8Array(await request.arrayBuffer())
    const { id } = await verifyServerCaller(net, request, content, ['aauth-resource.json'])
    const body = readJsonObject(new TextDecoder().decode(content))
    const older = missions.control === 'operation'
    const s256 = older ? body.mission_s256 : new URL(request.url).pathname.split('/')[2]
    const mission = missions.get(String(s256))
    if (mission === undefined || !missions.managers.includes(id)) throw notFound()
    const action = older ? body.operation : body.action
    if (action === 'terminate' && !older) await missions.end(mission.s256, 'administrative')
    else if (action !== 'status') throw new EndpointError(400, 'unsupported_action')
    const status = statusOf(missions.get(mission.s256) as TestMission)
    const { misbehaviour } = missions
    if (misbehaviour !== undefined) return statusMisbehaviours[misbehaviour](status, request.signal)
    return granted(status)
  })

  function statusOf({ s256, approvedAt, terminatedAt, reason }: TestMission): Status {
    const now = net.clock.now()
    return {
      mission_s256: s256,
      mission_status: terminatedAt === undefined ? 'active' : 'terminated',
      approved_at: dateTime(approvedAt),
      ...(terminatedAt !== undefined && { terminated_at: dateTime(terminatedAt) }),
      ...(reason !== undefined && { termination_reason: reason }),
      observed_at: dateTime(now),
      fresh_until: dateTime(now + issuer.missions.freshness),
    }
  }
}
