import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Mission, Resource } from '@aauth-guard/core'
import { record, refuseUnknown } from './json-members.ts'

/** `POST /control/terminate {approver, s256, reason?}`: what an operator does, for suites that cannot call it. */
export function control(resource: Resource): RequestListener {
  return (req, res) => {
    if (req.method !== 'POST' || req.url !== '/control/terminate')
      return answer(res, 404, 'there is no such control')
    terminate(resource, req).then(
      () => answer(res, 200, undefined),
      (error: unknown) => answer(res, 400, error instanceof Error ? error.message : String(error)),
    )
  }
}

async function terminate(resource: Resource, req: IncomingMessage): Promise<void> {
  const given = record(await json(req), 'the content')
  refuseUnknown(given, ['approver', 's256', 'reason'], 'a termination')
  const { approver, s256, reason } = given
  await resource.missions.terminate(
    { approver, s256 } as Mission,
    (reason ?? undefined) as string | undefined,
  )
}

function answer(res: ServerResponse, status: number, error: string | undefined): void {
  res.writeHead(status, { 'content-type': 'application/json' })
  res.end(JSON.stringify(error === undefined ? {} : { error }))
}
