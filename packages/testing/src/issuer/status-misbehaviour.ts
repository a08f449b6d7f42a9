import { granted, noAnswer } from '../world/endpoint-answer.ts'

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

/** The status of a mission, as it goes over the wire. */
export type Status = Readonly<Record<string, unknown>>
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
