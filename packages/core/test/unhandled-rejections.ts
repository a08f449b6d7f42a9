import { onTestFinished } from 'vitest'

/** Collects the rejections that nobody handles until the test is over. Each would terminate a process. */
export function collectUnhandled(): readonly unknown[] {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  return unhandled
}
