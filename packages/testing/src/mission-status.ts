import { answerEndpoint, EndpointError, granted, noAnswer, readJsonObject } from './endpoint-answer.ts'
import type { TestIssuer } from './issuer.ts'
import { dateTime, notFound, type TestMission } from './missions.ts'
import type { TestNetwork } from './network.ts'
import { verifyServerCaller } from './server-caller.ts'

/** A way to answer wrongly, or not at all, to whoever asks for the status of a mission. */
export type StatusMisbehaviour =
  | 'other-mission'
  | 'unknown-status'
  | 'not-json'
  | 'huge'
  | 'hang'
  | 'hanging-body'
  | 'server-error'
  | 'redirect'
  | 'stale'

type Status = Readonly<Record<string, unknown>>
type Wrong = (status: Status, signal: AbortSignal) => Response | Promise<Response>

/** Every way to answer wrongly to whoever asks for the status of a mission, by name. */
export const statusMisbehaviours: Readonly<Record<StatusMisbehaviour, Wrong>> = {
  'other-mission': (status) => granted({ ...status, mission_s256: 'A'.repeat(43) }),
  'unknown-status': (status) => granted({ ...status, mission_status: 'paused' }),
  'not-json': () => new Response('{"mission_status":', { headers: { 'content-type': 'application/json' } }),
  huge: (status) => granted({ padding: 'x'.repeat(300_000), ...status }),
  /** Until the caller gives up. */
  hang: (_, signal) => noAnswer(signal),
  /** Begins, and never ends. */
  'hanging-body': () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"mission_status":')),
      }),
      { headers: { 'content-type': 'application/json' } },
    ),
  'server-error': () => granted({ error: 'server_error' }, { status: 500 }),
  redirect: () => new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/' } }),
  /** May be relied on no more. */
  stale: (status) => granted({ ...status, fresh_until: status.observed_at }),
}

/**
 * Tells a registered resource whether a mission lives, as the management draft beside AAuth has it: `POST
 * {mission_control_endpoint}/{s256}` with an `action`, or in its older form `POST {mission_endpoint}` with an
 * `operation`. A mission that is unknown is answered like a caller that is (404).
 */
export function answerMissionControl(
  net: TestNetwork,
  issuer: TestIssuer,
  request: Request,
): Promise<Response> {
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
