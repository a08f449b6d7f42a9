import type { NextRequest } from 'next/server.js'
import { copyRequest } from './copy-request.ts'

const missionHeader = 'aauth-mission'

/**
 * The request as an application should see it: without `AAuth-Mission`, which is only what the agent asserts (MISS-13).
 * Where the headers cannot be changed it is a copy.
 */
export function withoutMissionHeader(request: NextRequest): NextRequest {
  if (!request.headers.has(missionHeader)) return request
  try {
    request.headers.delete(missionHeader)
    return request
  } catch {
    const headers = new Headers(request.headers)
    headers.delete(missionHeader)
    return copyRequest(request, { headers, body: request.bodyUsed ? null : request.body })
  }
}
