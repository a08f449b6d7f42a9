import type { IncomingMessage } from 'node:http'
import { removeHeaders } from './remove-headers.ts'

const names: readonly string[] = ['aauth-mission']

/**
 * Removes `AAuth-Mission` from a message that a guard accepted, in every form that Node keeps. The header is only an
 * assertion by the agent, and applications must not read it instead of the verified mission (MISS-13). Later guards
 * still read it.
 */
export function removeMissionHeader(message: IncomingMessage): void {
  removeHeaders(message, names)
}
