import { type Answer, field } from '../answer.ts'
import { type Check, type Finding, finding } from '../check.ts'
import type { Examination } from '../examination.ts'
import { unverifiedProbe } from '../unverified-probe.ts'

const remedy =
  'Synchronize the clocks of the API and of this machine (NTP): requests are signed with the time.'

/** Whether the API's clock is that of this machine. */
export const clock: Check = {
  name: 'clock',
  async examine(examination) {
    const window = await examination.signatureWindow()
    const offset = offsetOf(await examination.unsigned())
    if (offset !== undefined && Math.abs(offset) > window)
      return finding(
        'error',
        'clock-offset',
        `The clock of the API is ${spoken(offset)} that of this machine.`,
        remedy,
      )
    return behindProxy(examination, window)
  },
}

/** A proxy writes `Date` by its own clock; the API judges signatures by another. */
async function behindProxy(examination: Examination, window: number): Promise<readonly Finding[]> {
  if (!(await examination.isGuarded())) return []
  const found = await unverifiedProbe(examination)
  if (found !== 'ahead' && found !== 'behind') return []
  return finding(
    'error',
    'clock-offset',
    `The API judges signatures by a clock that is more than ${window} s ${found === 'ahead' ? 'ahead of' : 'behind'} that of this machine.`,
    remedy,
  )
}

/** Whole seconds by which the clock that wrote `Date` is ahead; a cache says in `Age` how long ago that was. */
function offsetOf(answer: Answer): number | undefined {
  const date = Date.parse(field(answer, 'date') ?? '')
  if (Number.isNaN(date)) return undefined
  const age = Number(field(answer, 'age') ?? 0)
  const here = (answer.sentAt + answer.receivedAt) / 2
  return Math.round((date - here) / 1000 + (Number.isFinite(age) ? age : 0))
}

function spoken(offset: number): string {
  return `${Math.abs(offset)} s ${offset > 0 ? 'ahead of' : 'behind'}`
}
