import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { isAAuthError, type Mission, type Resource } from '@aauth-guard/core'
import type { TargetClock } from './clock.ts'
import { record, refuseUnknown } from './json-members.ts'
import { type Control, managedControls } from './managed/managed-controls.ts'
import type { ManagedTarget } from './managed/served-routes.ts'

/** What an operator, a person and time do, for suites that cannot call functions: `POST /control/…` with JSON. */
export function control(
  resource: Resource,
  clock: TargetClock,
  managed: ManagedTarget | undefined,
): RequestListener {
  const controls = new Map<string, Control>([
    ['/control/terminate', (given) => terminate(resource, given)],
    ['/control/clock', (given) => advance(clock, given)],
    ...Object.entries(managed === undefined ? {} : managedControls(managed)).map(
      ([name, act]) => [`/control/managed/${name}`, act] as const,
    ),
  ])
  return (req, res) => {
    const act = controls.get(req.url ?? '')
    if (req.method !== 'POST' || act === undefined)
      return answer(res, 404, { error: 'there is no such control' })
    perform(act, req).then(
      (done) => answer(res, 200, done),
      (error: unknown) => {
        if (isAAuthError(error) && req.url?.startsWith('/control/managed/'))
          return answer(res, error.status, { error: error.code, hint: error.hint })
        return answer(res, 400, { error: error instanceof Error ? error.message : String(error) })
      },
    )
  }
}

async function perform(act: Control, req: IncomingMessage): Promise<object> {
  const content = await text(req)
  return act(record(content === '' ? {} : JSON.parse(content), 'the content'))
}

async function terminate(resource: Resource, given: Record<string, unknown>): Promise<object> {
  refuseUnknown(given, ['approver', 's256', 'reason'], 'a termination')
  const { approver, s256, reason } = given
  await resource.missions.terminate(
    { approver, s256 } as Mission,
    (reason ?? undefined) as string | undefined,
  )
  return {}
}

function advance(clock: TargetClock, given: Record<string, unknown>): object {
  refuseUnknown(given, ['advance'], 'this control')
  return { now: clock.advance(given.advance ?? 0) }
}

function answer(res: ServerResponse, status: number, content: object): void {
  res.writeHead(status, { 'content-type': 'application/json' })
  res.end(JSON.stringify(content))
}
