import { onTestFinished } from 'vitest'
import { outlastDeadlines, waitForDeadlines } from '../../../scripts/patient-timers.ts'

/** For a test in which somebody never answers: until it is over, deadlines are as long as they are in use. */
export function awaitDeadlines(): void {
  waitForDeadlines()
  onTestFinished(outlastDeadlines)
}
