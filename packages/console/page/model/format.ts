/** Whether times are shown in UTC, as most logs are. */
export interface Clock {
  isUtc: boolean
  /** Milliseconds by which the clock of the server is ahead of the one here. */
  ahead: number
}

export const clock: Clock = { isUtc: false, ahead: 0 }

/** Milliseconds since 1970 by the clock of the server. */
export function serverNow(): number {
  return Date.now() + clock.ahead
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Such as `03:14:15`, with milliseconds `03:14:15.926`. */
export function timeOf(ms: number, withMilliseconds = false): string {
  const date = new Date(ms)
  const [h, m, s] = clock.isUtc
    ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    : [date.getHours(), date.getMinutes(), date.getSeconds()]
  const rest = withMilliseconds ? `.${String(date.getUTCMilliseconds()).padStart(3, '0')}` : ''
  return `${two(h)}:${two(m)}:${two(s)}${rest}`
}

/** The day as well, where it is not today. */
export function momentOf(ms: number): string {
  const day = (value: number) => {
    const date = new Date(value)
    return clock.isUtc
      ? date.toISOString().slice(0, 10)
      : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  }
  return day(ms) === day(serverNow()) ? timeOf(ms) : `${day(ms)} ${timeOf(ms)}`
}

/** Such as `4 min 12 s`, at most two units. */
export function spanOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const
  const first = units.findIndex(([size]) => whole >= size)
  if (first === -1) return '0 s'
  const [size, unit] = units[first] ?? [1, 's']
  const [below, smaller] = units[first + 1] ?? [1, '']
  const rest = Math.floor((whole % size) / below)
  const head = `${Math.floor(whole / size)} ${unit}`
  return smaller === '' || rest === 0 ? head : `${head} ${rest} ${smaller}`
}

const numbers = new Intl.NumberFormat('en-US')

/** With a narrow space between thousands. */
export function countOf(value: number): string {
  return numbers.format(value).replaceAll(',', '\u202f')
}

/** "1 token", "2 tokens". */
export function manyOf(value: number, singular: string, plural = `${singular}s`): string {
  return `${countOf(value)} ${value === 1 ? singular : plural}`
}

/** Milliseconds with three digits that matter. */
export function durationOf(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`
  if (ms >= 100) return `${Math.round(ms)} ms`
  return `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`
}

/** The first characters of an identifier that is random. */
export function shortOf(id: string, length = 10): string {
  return id.length > length + 1 ? `${id.slice(0, length)}…` : id
}
