import { onTestFinished, vi } from 'vitest'

/** Makes every deadline wait for the test: none passes before `pass` is called, however slow the machine is. */
export function stopDeadlines(): { pass(milliseconds: number): void } {
  const waiting = new Set<{ readonly at: number; readonly controller: AbortController }>()
  let time = 0
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
    const controller = new AbortController()
    waiting.add({ at: time + milliseconds, controller })
    return controller.signal
  })
  onTestFinished(() => void vi.useRealTimers())
  return {
    pass(milliseconds) {
      time += milliseconds
      for (const one of waiting) {
        if (one.at > time) continue
        waiting.delete(one)
        one.controller.abort()
      }
      vi.advanceTimersByTime(milliseconds)
    },
  }
}
