import { AAuthError } from '../errors/aauth-error.ts'
import { within } from '../limits/deadline.ts'
import type { ResourceState } from './state.ts'

/**
 * Checks that this process can decide requests.
 * @throws {AAuthError} `server_error` (the promise rejects)
 */
export async function assertReady(state: ResourceState): Promise<void> {
  if (state.settings.accessMode === 'session-token' && !state.takesSessions)
    throw new AAuthError('server_error', {
      hint: '"accessMode" is "session-token", but no route takes sessions: write sessions: true in one',
      retryAfter: 5,
    })
  await state.selfTested()
  const stores = Object.entries(state.settings.stores).filter(([, store]) => store?.ready !== undefined)
  await Promise.all(stores.map(([name, store]) => within(state, `"stores.${name}"`, check(name, store))))
  await state.clocks?.compare()
}

async function check(name: string, store: { ready?(): Promise<void> }): Promise<void> {
  try {
    await store.ready?.()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it rejected'
    throw new AAuthError('server_error', {
      hint: `"stores.${name}" is not ready: ${why}`,
      cause,
      retryAfter: 5,
    })
  }
}
