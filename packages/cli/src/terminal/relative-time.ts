const units = [
  ['day', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** How far a time is from another, such as `3 min ago` or `in 2 h`. Both are seconds. */
export function relativeTime(time: number, now: number): string {
  const distance = Math.abs(time - now)
  const [unit, length] = units.find(([, seconds]) => distance >= seconds) ?? ['s', 1]
  const count = Math.floor(distance / length)
  if (count === 0) return 'now'
  const text = `${count} ${unit}${unit === 'day' && count > 1 ? 's' : ''}`
  return time > now ? `in ${text}` : `${text} ago`
}

/** Seconds since 1970 as a date and a time of day in UTC. What no calendar has stays a number. */
export function utcTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z')
}
