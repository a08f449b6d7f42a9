import { afterEach, beforeEach, vi } from 'vitest'

/** From here on, each test of the file or the `describe` says itself when the time of a timeout has passed. */
export function useFakeTimeouts(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}
