import { onTestFinished } from 'vitest'
import { outlastDeadlines, passDeadlines } from '../../../scripts/patient-timers.ts'

/**
 * What somebody is asked who never answers. From then on until the test is over every deadline has passed, however
 * fast the machine is.
 */
export function neverAnswers(): Promise<never> {
  onTestFinished(outlastDeadlines)
  passDeadlines()
  return new Promise(() => undefined)
}
