import type { Sent } from './case.ts'

/** A POST with content. */
export function post(target: string, type: string, body: NonNullable<Sent['body']>, more: Sent = {}): Sent {
  return { method: 'POST', target, headers: { 'content-type': type }, body, ...more }
}
